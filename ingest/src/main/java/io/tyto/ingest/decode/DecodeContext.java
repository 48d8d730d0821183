package io.tyto.ingest.decode;

import io.tyto.ingest.enrich.Pipeline;
import java.time.Clock;

/// What decoding needs beside the bytes of a record and the schema. Immutable and thread-safe.
///
/// @param clock for the bounds of event times
/// @param pipeline fills the enriched columns
/// @param unread is told of keys that no column reads
public record DecodeContext(Clock clock, Pipeline pipeline, UnreadKeys unread) {

  public DecodeContext(Clock clock, Pipeline pipeline) {
    this(clock, pipeline, UnreadKeys.IGNORED);
  }

  /// Without enrichers: enriched columns stay null.
  public static DecodeContext of(Clock clock) {
    return new DecodeContext(clock, Pipeline.EMPTY);
  }

  /// Decodes alike and leaves no trace in counters and discovered keys, for events that are checked
  /// here and come again.
  public DecodeContext forChecking() {
    return new DecodeContext(clock, pipeline.uncounted(), UnreadKeys.IGNORED);
  }
}
