package io.tyto.ingest.feed;

import io.tyto.ingest.partition.Partition;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.LongStream;

/// What became of the records that are read again of a log that feeds several partitions, some of
/// which have committed more of it than others.
///
/// A record may be decoded to something else than before: its schema was registered meanwhile, a
/// config was applied, a clock went on. Then another partition would be its own, and one that went
/// on without it would lose it, or a second one count it. So what a partition has taken is asked of
/// its segments and nobody else's; what no partition has taken goes to one that can still take it.
///
/// Thread-safety: none; each reader has its own.
final class Reread {
  private static final long FLUSH_SECONDS = 120;

  /// Nothing is read again.
  static final Reread NONE = new Reread(List.of(), new long[0], new long[0]);

  private final List<Partition> partitions;

  /// By partition, the first offset that it has not committed.
  private final long[] next;

  /// Ascending.
  private final long[] taken;

  private final long end;

  private Reread(List<Partition> partitions, long[] next, long[] taken) {
    this.partitions = partitions;
    this.next = next;
    this.taken = taken;
    this.end = Arrays.stream(next).max().orElse(Long.MIN_VALUE);
  }

  /// Looks at what the partitions have committed, once all that they were given is. LOG_UNAVAILABLE
  /// where that takes too long; SEGMENT_CORRUPT where it cannot be read.
  static Reread of(Lane lane) throws InterruptedException {
    List<Lane.Target> targets = lane.allTargets();
    if (targets.size() == 1) {
      return NONE;
    }
    // Tails are not replicated where a log feeds several partitions.
    List<Partition> partitions =
        targets.stream().map(target -> (Partition) target.partition()).toList();
    flush(partitions);
    long[] next = targets.stream().mapToLong(target -> target.committed(lane.logId())).toArray();
    long from = Arrays.stream(next).min().orElseThrow();
    LongStream taken = LongStream.empty();
    for (int i = 0; i < next.length; i++) {
      if (next[i] > from) {
        long[] some = partitions.get(i).takenOffsets(lane.logId(), from);
        taken = LongStream.concat(taken, Arrays.stream(some));
      }
    }
    return new Reread(partitions, next, taken.sorted().toArray());
  }

  private static void flush(List<Partition> partitions) throws InterruptedException {
    CompletableFuture<?>[] flushes =
        partitions.stream().map(Partition::flush).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(flushes).get(FLUSH_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new TytoException(
          ErrorCode.LOG_UNAVAILABLE,
          "what was read before could not be committed yet; `tyto status` says what seals wait for",
          e);
    }
  }

  /// Some partition has gone past the offset before.
  boolean reaches(long offset) {
    return offset < end;
  }

  /// Some partition has a row or a dead letter of it.
  boolean isTaken(long offset) {
    return reaches(offset) && Arrays.binarySearch(taken, offset) >= 0;
  }

  /// The partition takes nothing of the offset any more.
  boolean isPassed(int partition, long offset) {
    return reaches(offset) && offset < next[partition];
  }

  /// The first partition from one on, around, that can take what is at the offset.
  int open(int partition, long offset) {
    for (int i = 0; i < next.length; i++) {
      int candidate = (partition + i) % next.length;
      if (offset >= next[candidate]) {
        return candidate;
      }
    }
    return partition;
  }

  /// Whether a partition knows the event id of a record that it did not take: then it is a
  /// repetition.
  boolean knows(int partition, int collection, byte[] eventId) {
    try {
      return partitions.get(partition).knowsEvent(collection, eventId);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while asking for an event id", e);
    }
  }
}
