package io.tyto.ingest.letter;

import io.tyto.ingest.partition.DeadLetter;

/// What a collection's privacy policies make of a dead letter before it is first stored: a record
/// that could not be decoded may hold the values they are about. Thread-safe.
@FunctionalInterface
public interface LetterTreatment {
  /// Keeps everything.
  LetterTreatment NONE = letter -> letter;

  DeadLetter treat(DeadLetter letter);
}
