package io.tyto.store.s3;

import java.time.Duration;

/// How long a store waits and how often it asks again. Immutable.
///
/// @param attempts of one call, at most
/// @param connect until a connection stands
/// @param answer until a whole answer is there; what is sent or received may take longer by a
///   second for each MiB
/// @param call after which a call begins no further attempt; longer for large files, likewise
/// @param pause before the second attempt; doubles with each one, less a random part of up to half
public record S3Patience(
    int attempts, Duration connect, Duration answer, Duration call, Duration pause) {
  public static final S3Patience USUAL =
      new S3Patience(
          5,
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          Duration.ofMillis(100));

  private static final long SLOWEST_BYTES_PER_MILLI = (1L << 20) / 1_000;

  public S3Patience {
    if (attempts < 1) {
      throw new IllegalArgumentException("attempts is %d, expected 1 or more".formatted(attempts));
    }
  }

  /// A limit, extended by what so many bytes may take.
  static Duration extended(Duration limit, long bytes) {
    return limit.plusMillis(bytes / SLOWEST_BYTES_PER_MILLI);
  }
}
