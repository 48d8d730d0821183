package io.tyto.cluster.simulate;

import java.util.Comparator;
import java.util.List;

/// What a simulation found. Immutable; equal for equal scenarios.
///
/// @param ownersByRange partitions by node as Kafka's assignment gives them
/// @param use of the cores, by node
/// @param fanOuts of questions whose leaves all take {@link #FAN_OUT_MILLIS}
/// @param limits the one that is reached first at the front
public record Report(
    Scenario scenario,
    Spread partitions,
    Spread owned,
    Spread ownersByRange,
    Spread bytes,
    Spread received,
    Spread unsealed,
    Spread ingestCores,
    Spread queryCores,
    Spread use,
    Metadata metadata,
    List<Question> questions,
    List<FanOut> fanOuts,
    List<Change> changes,
    List<Limit> limits) {
  /// Of a leaf, half of them take less.
  static final double FAN_OUT_MILLIS = 5;

  /// @param segments of all partitions, as compaction usually leaves them
  /// @param segmentsAtMost what it allows
  /// @param mostSegments of one node that holds what is placed on it
  /// @param commits a second, those of compaction too
  /// @param manifests that garbage collection leaves
  /// @param manifestBytes a second, of new manifests
  /// @param fastestPartition events a second
  /// @param lookupsOfAll a second, where every process follows every partition
  /// @param lookupsOfHolders a second, where only holders do
  /// @param turnSeconds of one process that looks at every partition
  /// @param memberBytes the map of members, which each reads once a second
  public record Metadata(
      double segments,
      double segmentsAtMost,
      double mostSegments,
      double commits,
      double manifests,
      double manifestBytes,
      double fastestPartition,
      double lookupsOfAll,
      double lookupsOfHolders,
      double turnSeconds,
      double memberBytes) {}

  /// One kind of question, in milliseconds.
  ///
  /// @param width nodes that are asked
  /// @param coreSeconds of all of them
  /// @param busiestMillis of the leaf that has most to do
  /// @param askingMillis before and after
  public record Question(
      QueryKind kind,
      int width,
      double rows,
      double coreSeconds,
      double busiestMillis,
      double askingMillis,
      double p50,
      double p99,
      double hedgedP99) {}

  /// @param leaves that a question waits for; times in milliseconds
  public record FanOut(int leaves, double p50, double p99, double hedgedP99) {}

  /// The limit that is nearest, or passed furthest.
  public Limit first(boolean isBuilt) {
    return limits.stream()
        .filter(limit -> limit.isBuilt() == isBuilt)
        .max(Comparator.comparingDouble(Limit::reached))
        .orElseThrow();
  }
}
