package io.tyto.ingest.proposal;

import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.JsonPointer;
import org.jspecify.annotations.Nullable;

/// One column of a proposal.
///
/// @param format how its texts become a time, or null
/// @param remark what a reader should know to decide, or empty
record Proposed(
    String name,
    JsonPointer pointer,
    ColumnType type,
    @Nullable String format,
    String remark,
    Observation observation) {

  /// Whether a value was there in each of so many records.
  boolean isComplete(int records) {
    return observation.count() >= records;
  }

  boolean isTime() {
    return type instanceof ColumnType.TimestampType || type instanceof ColumnType.DateType;
  }

  boolean canBeKey() {
    return type instanceof ColumnType.StringType
        || type instanceof ColumnType.LongType
        || type instanceof ColumnType.UuidType;
  }
}
