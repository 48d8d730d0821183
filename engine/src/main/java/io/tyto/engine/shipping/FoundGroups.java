package io.tyto.engine.shipping;

import io.tyto.engine.scan.ScanStats;
import io.tyto.model.result.QueryPlan;
import java.util.List;
import java.util.Map;

/// What a node has found of its share of a scan.
///
/// @param tables by partition, where partitions were scanned one by one; else by the least of them
/// @param plan how it was found
/// @param servedBy in a word
public record FoundGroups(
    Map<Integer, List<StateTable>> tables, ScanStats stats, QueryPlan plan, String servedBy) {}
