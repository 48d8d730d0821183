package io.tyto.store.s3;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// The attempts of one call: at most so many, none but the first begun after the deadline, with
/// growing pauses between. Not thread-safe.
final class Attempts {
  private final S3Patience patience;
  private final long deadlineNanos;
  private int begun;
  private String trouble = "";
  private @Nullable Throwable cause;

  private Attempts(S3Patience patience, long deadlineNanos) {
    this.patience = patience;
    this.deadlineNanos = deadlineNanos;
  }

  /// @param bytes that are sent or received
  static Attempts of(S3Patience patience, long bytes) {
    Duration limit = S3Patience.extended(patience.call(), bytes);
    return new Attempts(patience, System.nanoTime() + limit.toNanos());
  }

  /// For a question on the way, under the same deadline.
  Attempts onTheWay() {
    return new Attempts(patience, deadlineNanos);
  }

  /// Whether there is another attempt; waits before all but the first.
  boolean again() {
    if (begun == patience.attempts()) {
      return false;
    }
    if (begun > 0) {
      Duration pause = pause();
      if (System.nanoTime() + pause.toNanos() >= deadlineNanos) {
        return false;
      }
      sleep(pause);
    }
    begun++;
    return true;
  }

  /// Random, so that those who were turned away together do not come back together.
  private Duration pause() {
    long longest = patience.pause().toNanos() << Math.min(begun - 1, 16);
    return Duration.ofNanos(longest - ThreadLocalRandom.current().nextLong(longest / 2 + 1));
  }

  private static void sleep(Duration pause) {
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.STORE_FAILED, "interrupted while waiting to ask the store again", e);
    }
  }

  void failed(String why, @Nullable Throwable failure) {
    trouble = why;
    cause = failure;
  }

  /// STORE_FAILED.
  ///
  /// @param what what was tried
  /// @param outcome what is known of its effect
  TytoException exhausted(String what, String outcome) {
    return new TytoException(
        ErrorCode.STORE_FAILED,
        "Could not %s in %d attempts; the last one: %s. %s Check the network and the store's server, and repeat."
            .formatted(what, begun, trouble, outcome),
        cause);
  }
}
