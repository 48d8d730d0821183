package io.tyto.engine;

import io.tyto.engine.page.CursorKey;
import java.time.Duration;
import java.time.InstantSource;

/// The limits of a query engine, fixed for its life.
///
/// @param workers threads that scan; all queries share them
/// @param cursorLifetime how long after its last use a cursor keeps its snapshot readable
/// @param maxPinnedSnapshots snapshots that cursors may keep at once; beyond it the one that would
///   expire first goes
/// @param maxBuckets time buckets that one group key may span; a wider range is refused with
///   RANGE_TOO_WIDE
/// @param maxGroups rows that an answer may have before limits, gap fill included
/// @param cacheBytes of answers that are kept, as estimated; 0: none
/// @param clock the time by which cursors expire
/// @param cursorKey signs cursors; the same in all processes that a client may meet
public record EngineOptions(
    int workers,
    Duration cursorLifetime,
    int maxPinnedSnapshots,
    int maxBuckets,
    int maxGroups,
    long cacheBytes,
    InstantSource clock,
    CursorKey cursorKey) {
  private static final int CACHE_SHARE = 32;

  public EngineOptions {
    if (workers < 1 || maxPinnedSnapshots < 1 || maxBuckets < 1 || maxGroups < 1) {
      throw new IllegalArgumentException("every limit of the engine is at least 1");
    }
  }

  /// All cores, cursors of 15 minutes on at most 64 snapshots, a part of the heap for answers.
  public static EngineOptions defaults() {
    return new EngineOptions(
        Runtime.getRuntime().availableProcessors(),
        Duration.ofMinutes(15),
        64,
        10_000_000,
        50_000_000,
        Runtime.getRuntime().maxMemory() / CACHE_SHARE,
        InstantSource.system(),
        CursorKey.random());
  }

  public EngineOptions withWorkers(int count) {
    return new EngineOptions(
        count,
        cursorLifetime,
        maxPinnedSnapshots,
        maxBuckets,
        maxGroups,
        cacheBytes,
        clock,
        cursorKey);
  }

  public EngineOptions withClock(InstantSource newClock) {
    return new EngineOptions(
        workers,
        cursorLifetime,
        maxPinnedSnapshots,
        maxBuckets,
        maxGroups,
        cacheBytes,
        newClock,
        cursorKey);
  }

  public EngineOptions withCache(long bytes) {
    return new EngineOptions(
        workers,
        cursorLifetime,
        maxPinnedSnapshots,
        maxBuckets,
        maxGroups,
        bytes,
        clock,
        cursorKey);
  }

  public EngineOptions withCursorKey(CursorKey key) {
    return new EngineOptions(
        workers, cursorLifetime, maxPinnedSnapshots, maxBuckets, maxGroups, cacheBytes, clock, key);
  }

  /// For who measures what computing takes.
  public EngineOptions withoutCache() {
    return withCache(0);
  }
}
