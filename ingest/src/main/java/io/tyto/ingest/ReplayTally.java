package io.tyto.ingest;

import io.tyto.model.port.DeadLetterService.ReplayError;
import io.tyto.model.port.DeadLetterService.ReplayResult;
import java.util.ArrayList;
import java.util.List;

/// What became of the letters of one replay. Not thread-safe.
final class ReplayTally {
  private static final int MAX_ERRORS = 100;

  private final List<ReplayError> errors = new ArrayList<>();
  private long taken;
  private long accepted;
  private long duplicates;
  private long stillFailing;

  /// Letters that were marked so far.
  long taken() {
    return taken;
  }

  void take(int letters) {
    taken += letters;
  }

  void apply(int rows, int repeated) {
    accepted += rows;
    duplicates += repeated;
  }

  /// A letter that stays.
  void refuse(ReplayError error) {
    stillFailing++;
    fail(error);
  }

  void fail(ReplayError error) {
    if (errors.size() < MAX_ERRORS) {
      errors.add(error);
    }
  }

  ReplayResult result() {
    return new ReplayResult(accepted, duplicates, stillFailing, List.copyOf(errors));
  }
}
