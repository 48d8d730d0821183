package io.tyto.ingest.feed;

import io.tyto.model.port.AdminService.FeedState;
import org.jspecify.annotations.Nullable;

/// How a reader stands, for people. Written by its thread, read by any.
final class Progress {
  private volatile FeedState state = FeedState.STARTING;
  private volatile @Nullable String problem;
  private volatile @Nullable String lost;
  private volatile long position = -1;
  private volatile long applied = -1;
  private volatile long lastEventMicros;
  private volatile long latestMicros = Long.MIN_VALUE;
  private volatile long emptySinceNanos;
  private volatile boolean wasEmpty;
  private volatile long events;
  private volatile long refused;
  private volatile long misplaced;

  FeedState state() {
    return state;
  }

  @Nullable String problem() {
    return problem;
  }

  /// What was lost last, if anything was, without that somebody was asked.
  @Nullable String lost() {
    return lost;
  }

  void lost(String what) {
    lost = what;
  }

  /// Everything below it was handed to the partitions.
  long position() {
    return position;
  }

  /// Everything below it is seen by queries.
  long applied() {
    return applied;
  }

  /// Time of the last event taken, microseconds since the epoch; 0 before the first.
  long lastEventMicros() {
    return lastEventMicros;
  }

  /// The greatest time of the records taken, microseconds since the epoch.
  long latestMicros() {
    return latestMicros;
  }

  /// Whether there was nothing more to read when it was asked, after that moment of {@link
  /// System#nanoTime}.
  boolean wasEmptySince(long nanos) {
    return wasEmpty && emptySinceNanos - nanos >= 0;
  }

  /// There was nothing more.
  ///
  /// @param askedNanos when that was asked
  void empty(long askedNanos) {
    emptySinceNanos = askedNanos;
    wasEmpty = true;
  }

  long events() {
    return events;
  }

  long refused() {
    return refused;
  }

  long misplaced() {
    return misplaced;
  }

  void enter(FeedState next, @Nullable String why) {
    problem = why;
    state = next;
  }

  void startAt(long offset) {
    position = offset;
    applied = offset;
  }

  /// Called by the threads of the partitions, too.
  synchronized void applied(long next) {
    applied = Math.max(applied, next);
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // one thread writes
  void took(FeedDecoder.Block block, long next, long lastMicros, long latest) {
    events += block.events();
    refused += block.refused();
    misplaced += block.misplaced();
    lastEventMicros = lastMicros == 0 ? lastEventMicros : lastMicros;
    latestMicros = Math.max(latestMicros, latest);
    position = next;
  }
}
