package io.tyto.ingest;

import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.feed.DecoderRegistry;
import io.tyto.ingest.letter.PayloadSource;
import io.tyto.ingest.partition.Letterbox;
import io.tyto.ingest.partition.Partition;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService.ReplayError;
import io.tyto.model.port.DeadLetterService.ReplayRequest;
import io.tyto.model.port.DeadLetterService.ReplayResult;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/// Makes rows of dead letters that fit their collection by now, each once whatever stops it on the
/// way: docs/commit-protocol.md says how. Thread-safe; one replay at a time works on a group.
final class Replays {
  /// Letters that one call turns into rows at most: marks of so many lie in memory.
  static final int MAX_LETTERS = 1_000_000;

  private static final long LOCK_SECONDS = 30;
  private static final long FLUSH_SECONDS = 120;

  private final CollectionDirectory directory;
  private final DecodeContext context;
  private final DecoderRegistry decoders;
  private final PayloadSource payloads;

  /// By group.
  private final Map<Integer, ReentrantLock> locks = new ConcurrentHashMap<>();

  /// @param payloads reads records again of which letters hold a part only
  Replays(
      CollectionDirectory directory,
      DecodeContext context,
      DecoderRegistry decoders,
      PayloadSource payloads) {
    this.directory = directory;
    this.context = context;
    this.decoders = decoders;
    this.payloads = payloads;
  }

  /// OVERLOADED where another replay of the group takes too long.
  ReplayResult run(CollectionRoute route, ReplayRequest request) {
    if (request.limit() < 1 || request.limit() > MAX_LETTERS) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the limit of a replay is %d, expected 1 to %d".formatted(request.limit(), MAX_LETTERS));
    }
    ReentrantLock lock = locks.computeIfAbsent(route.schema().groupId(), _ -> new ReentrantLock());
    try {
      if (!lock.tryLock(LOCK_SECONDS, TimeUnit.SECONDS)) {
        throw new TytoException(
            ErrorCode.OVERLOADED,
            "another replay is at work on the collections that share an entity with %s; try again"
                .formatted(route.schema().name()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    }
    try {
      return run(route, ReplaySelection.of(request));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted(e);
    } finally {
      lock.unlock();
    }
  }

  private ReplayResult run(CollectionRoute route, ReplaySelection selection)
      throws InterruptedException {
    // A clock that stands still: what fits in the first look must fit in the second.
    Clock still = Clock.fixed(context.clock().instant(), ZoneOffset.UTC);
    DecodeContext now = context.at(still);
    ReplayTally tally = new ReplayTally();
    for (Partition partition : route.partitions()) {
      if (tally.taken() >= selection.limit() || !selection.mayLieIn(partition.id().partition())) {
        continue;
      }
      try {
        settle(partition, route.partitions());
        ReplayBatch batch =
            new ReplayBatch(
                route, directory.all(), now, decoders, payloads, selection, tally, partition);
        // All of them, for a letter stays as long as a partition may read its record again.
        flush(route.partitions());
        batch.run();
        settle(partition, route.partitions());
      } catch (TytoException e) {
        tally.fail(
            new ReplayError(null, e.code().name(), null, partition.id() + ": " + message(e)));
        if (e.code() == ErrorCode.LOG_UNAVAILABLE) {
          // The letters of the other partitions would wait for the same.
          break;
        }
      }
    }
    return tally.result();
  }

  private static String message(TytoException e) {
    return String.valueOf(e.getMessage());
  }

  /// Ends what an earlier replay, or this one, has begun.
  private static void settle(Partition partition, List<Partition> homes) {
    Letterbox letters = partition.letterbox();
    Collection<Integer> marked = letters.markedPartitions();
    if (marked.isEmpty()) {
      return;
    }
    flush(marked.stream().map(homes::get).toList());
    letters.settle(home -> homes.get(home).committedNext(letters.replayLog()));
  }

  /// Commits what the partitions have taken in. STORE_FAILED where that takes too long.
  private static void flush(List<Partition> partitions) {
    CompletableFuture<?>[] flushes =
        partitions.stream().map(Partition::flush).toArray(CompletableFuture[]::new);
    try {
      CompletableFuture.allOf(flushes).orTimeout(FLUSH_SECONDS, TimeUnit.SECONDS).join();
    } catch (CancellationException e) {
      throw draining(e);
    } catch (CompletionException e) {
      if (e.getCause() instanceof TytoException known) {
        throw new TytoException(known.code(), message(known), known);
      }
      if (e.getCause() instanceof CancellationException) {
        throw draining(e);
      }
      if (e.getCause() instanceof TimeoutException) {
        throw new TytoException(
            ErrorCode.STORE_FAILED,
            "what was taken in could not be committed within %d seconds; status says why. Replay again afterwards: nothing is lost or doubled"
                .formatted(FLUSH_SECONDS),
            e);
      }
      throw e;
    }
  }

  private static TytoException draining(Exception e) {
    return new TytoException(
        ErrorCode.DRAINING, "this server is stopping; replay again when it is back", e);
  }

  private static TytoException interrupted(InterruptedException e) {
    return new TytoException(
        ErrorCode.CANCELLED, "the replay was interrupted; replay again to go on", e);
  }
}
