package io.tyto.ingest.feed;

import io.tyto.ingest.log.RawEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Lets a reader wait, before it hands a block on, for the logs that bring what its events are
/// joined with: until these were handed on as far, by the times of records, or had nothing more
/// when they were asked after the block was there. A block waits once, so no log stands for longer
/// than that; and a log that was waited for in vain is not waited for again until it has moved.
///
/// Which collections wait for which has no circles (configs are checked for that). Belongs to the
/// thread of its reader; holds no more than the block that it has.
final class JoinWait {
  /// Looks at the others; handing a block on takes longer than that.
  private static final long LOOK_MILLIS = 2;

  /// Where a log stood when it was waited for in vain.
  private final Map<Source, Long> standing = new HashMap<>();

  /// Topics that were waited for in vain until somebody read them.
  private final Set<Origin> unread = new HashSet<>();

  /// A log that brings what events are joined with. Thread-safe.
  interface Source {
    /// Partitions of the group that it feeds.
    Set<Integer> partitions();

    /// Everything below it was handed on; grows.
    long position();

    /// Whether it is read; otherwise somebody has to decide something first.
    boolean isRead();

    /// Whether records to that time were handed on, or there were no more when it was asked, after
    /// that moment of {@link System#nanoTime}.
    boolean isAsFarAs(long timestampMicros, long sinceNanos);
  }

  /// A topic that brings what events are joined with. Thread-safe.
  interface Origin {
    /// Whether its logs for these partitions are being read, or cannot be for now. Both topics of a
    /// join are taken up by threads of their own, at a start as when partitions come: without this
    /// whoever is first would find nobody to wait for.
    boolean isTakenUp(Set<Integer> partitions);

    /// Its logs, as they are read now.
    List<? extends Source> sources();
  }

  /// @param patienceNanos how long its logs are waited for at most
  record Awaited(Origin origin, long patienceNanos) {}

  /// Returns when the block may be handed on.
  ///
  /// @param partitions of the group that the events go to
  void before(List<RawEvent> events, Set<Integer> partitions, List<Awaited> awaited)
      throws InterruptedException {
    if (events.isEmpty() || awaited.isEmpty()) {
      return;
    }
    long fetched = System.nanoTime();
    long last = Long.MIN_VALUE;
    for (RawEvent event : events) {
      last = Math.max(last, event.timestampMicros());
    }
    Set<Source> known = new HashSet<>();
    for (Awaited one : awaited) {
      long deadline = fetched + one.patienceNanos();
      awaitReaders(one.origin(), partitions, deadline);
      List<Source> missing = new ArrayList<>();
      for (Source source : one.origin().sources()) {
        known.add(source);
        if (source.partitions().stream().anyMatch(partitions::contains)) {
          missing.add(source);
        }
      }
      await(missing, last, fetched, deadline);
    }
    standing.keySet().retainAll(known);
    unread.removeIf(origin -> awaited.stream().noneMatch(one -> one.origin().equals(origin)));
  }

  private void awaitReaders(Origin origin, Set<Integer> partitions, long deadline)
      throws InterruptedException {
    while (!origin.isTakenUp(partitions)) {
      if (unread.contains(origin)) {
        return;
      }
      if (System.nanoTime() >= deadline) {
        unread.add(origin);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    unread.remove(origin);
  }

  private void await(List<Source> missing, long last, long fetched, long deadline)
      throws InterruptedException {
    missing.removeIf(source -> isOver(source, last, fetched));
    while (!missing.isEmpty() && System.nanoTime() < deadline) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      missing.removeIf(source -> isOver(source, last, fetched));
    }
    missing.forEach(source -> standing.put(source, source.position()));
  }

  private boolean isOver(Source source, long last, long fetched) {
    if (!source.isRead() || source.isAsFarAs(last, fetched)) {
      standing.remove(source);
      return true;
    }
    Long stood = standing.get(source);
    return stood != null && stood == source.position();
  }
}
