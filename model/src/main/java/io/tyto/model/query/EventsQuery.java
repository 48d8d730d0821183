package io.tyto.model.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows of a collection as they arrive.
///
/// @param where only those that meet it; null: all
/// @param columns config or system names of the columns to return
/// @param sampleRate share of the rows that is told, above 0 and at most 1; a row is chosen by its
///   identity, so that the same ones are chosen each time
/// @param fromOffset an offset of an earlier update; null: what arrives from now on
/// @param maxBatch rows of one update
public record EventsQuery(
    String collection,
    @Nullable Filter where,
    List<String> columns,
    double sampleRate,
    @Nullable String fromOffset,
    int maxBatch) {}
