package io.tyto.cluster.query;

import io.tyto.cluster.rpc.NodeAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Which nodes are not asked for a moment, because they did not answer: the longer the more often
/// in a row. When the moment is over one question goes there, and the others follow once it was
/// answered (a circuit breaker: Nygard, Release It!, 2007).
///
/// Thread-safe. Memory: an entry for each address that did not answer lately.
final class Breakers {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(30);

  /// Nobody has asked for so long: it may be gone for good, or be somebody else.
  private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(10);

  private final Map<NodeAddress, Open> open = new ConcurrentHashMap<>();
  private final LongSupplier clock;

  /// @param isProbed whether a question is on its way to find out
  private record Open(long pauseNanos, long untilNanos, boolean isProbed) {}

  /// @param clock {@link System#nanoTime}, but for tests
  Breakers(LongSupplier clock) {
    this.clock = clock;
  }

  /// A node did not answer.
  void failed(NodeAddress node) {
    long now = clock.getAsLong();
    // Of many questions that wait for one node each fails; together they are one failure.
    open.compute(
        node,
        (_, before) ->
            before == null
                ? new Open(FIRST_NANOS, now + FIRST_NANOS, false)
                : before.isProbed ? longer(before, now) : before);
  }

  private static Open longer(Open before, long now) {
    long pause = Math.min(2 * before.pauseNanos, LAST_NANOS);
    return new Open(pause, now + pause, false);
  }

  void answered(NodeAddress node) {
    open.remove(node);
  }

  /// Whether it did not answer when it was asked last.
  boolean isOpen(NodeAddress node) {
    return open.containsKey(node);
  }

  /// Whom questions leave out: all that did not answer and whose moment is not over, and those that
  /// a question is on its way to.
  Set<NodeAddress> silent() {
    long now = clock.getAsLong();
    Set<NodeAddress> silent = new HashSet<>();
    open.forEach((node, each) -> {
      if (now - each.untilNanos >= FORGOTTEN_NANOS) {
        open.remove(node, each);
      } else if (now - each.untilNanos < 0) {
        silent.add(node);
      }
    });
    return silent;
  }

  /// A question goes there: if it is the one that finds out, others wait for as long as it may
  /// take.
  void asks(NodeAddress node) {
    long now = clock.getAsLong();
    open.computeIfPresent(
        node,
        (_, before) ->
            now - before.untilNanos < 0
                ? before
                : new Open(before.pauseNanos, now + before.pauseNanos, true));
  }
}
