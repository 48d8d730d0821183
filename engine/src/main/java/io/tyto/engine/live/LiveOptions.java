package io.tyto.engine.live;

import java.time.Duration;

/// The limits of subscriptions, fixed for the life of a server.
///
/// @param maxQueries different aggregates that are followed at once
/// @param maxFollowers who follow them
/// @param maxEventFollowers who follow raw events; each reads for itself
/// @param atOnce computations and reads of one caller at a time
/// @param checkEvery how often it is looked whether rows have arrived
/// @param timeout of one computation
/// @param memoryBytes of one computation
public record LiveOptions(
    int maxQueries,
    int maxFollowers,
    int maxEventFollowers,
    int atOnce,
    Duration checkEvery,
    Duration timeout,
    long memoryBytes) {

  /// Two at least, so that one slow query does not hold up all others of its caller.
  private static final int MIN_AT_ONCE = 2;

  public LiveOptions {
    if (maxQueries < 1 || maxFollowers < 1 || maxEventFollowers < 1 || atOnce < 1) {
      throw new IllegalArgumentException("every limit of live queries is at least 1");
    }
  }

  /// 500 queries, 5,000 followers, 100 followers of events, looked after ten times a second.
  public static LiveOptions defaults() {
    return new LiveOptions(
        500,
        5_000,
        100,
        Math.max(MIN_AT_ONCE, Runtime.getRuntime().availableProcessors() / 2),
        Duration.ofMillis(100),
        Duration.ofSeconds(30),
        Runtime.getRuntime().maxMemory() / 4);
  }

  public LiveOptions withLimits(int queries, int followers, int eventFollowers) {
    return new LiveOptions(
        queries, followers, eventFollowers, atOnce, checkEvery, timeout, memoryBytes);
  }

  /// @param newTimeout of one computation, and `newMemoryBytes` likewise
  public LiveOptions withQuery(Duration newTimeout, long newMemoryBytes) {
    return new LiveOptions(
        maxQueries,
        maxFollowers,
        maxEventFollowers,
        atOnce,
        checkEvery,
        newTimeout,
        newMemoryBytes);
  }
}
