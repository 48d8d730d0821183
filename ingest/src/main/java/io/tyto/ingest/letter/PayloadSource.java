package io.tyto.ingest.letter;

import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.partition.StoredLetter;
import org.jspecify.annotations.Nullable;

/// Reads the records of dead letters again from the logs they came from, where a letter does not
/// hold all of its record. Thread-safe.
@FunctionalInterface
public interface PayloadSource {
  /// Knows no log.
  PayloadSource NONE = _ -> null;

  /// The record at the letter's offset, or null where its log does not have it any more.
  @Nullable RawEvent read(StoredLetter letter);
}
