package io.tyto.ingest.decode;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.table.JoinTables;
import java.time.Clock;

/// What decoding needs beside the bytes of a record and the schema. Immutable and thread-safe.
///
/// @param clock for the bounds of event times
/// @param pipeline fills the enriched columns
/// @param tables fill the joined columns
/// @param unread is told of keys that no column reads
public record DecodeContext(Clock clock, Pipeline pipeline, JoinTables tables, UnreadKeys unread) {

  public DecodeContext(Clock clock, Pipeline pipeline) {
    this(clock, pipeline, JoinTables.NONE, UnreadKeys.IGNORED);
  }

  /// Without enrichers and tables: enriched and joined columns stay null.
  public static DecodeContext of(Clock clock) {
    return new DecodeContext(clock, Pipeline.EMPTY);
  }

  /// The same at another time, and without a trace of keys that no column reads.
  public DecodeContext at(Clock other) {
    return new DecodeContext(other, pipeline, tables, UnreadKeys.IGNORED);
  }

  /// Decodes alike and leaves no trace in counters and discovered keys, for events that are checked
  /// here and come again.
  public DecodeContext forChecking() {
    return new DecodeContext(clock, pipeline.uncounted(), tables, UnreadKeys.IGNORED);
  }
}
