package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.state.StateRecord;
import io.tyto.engine.view.BoundView;
import io.tyto.ingest.lifetime.LifetimeValues;
import io.tyto.ingest.log.LocalLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.Joining;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.model.port.EntityService.Kept;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One partition of a collection group, owned by this process.
///
/// Thread-safe. Lifetime: from {@link #open}, which recovers it, to {@link #close}.
public final class Partition implements PartitionView, LogTarget {
  private static final System.Logger LOG = System.getLogger(Partition.class.getName());

  /// Manifests that must exist behind a log file before it is deleted.
  private static final int MANIFESTS_BEFORE_TRIM = 2;

  private static final long FORGET_SECONDS = 30;
  private static final long QUIET_SECONDS = 30;

  /// What is asked of the writer waits behind what was queued before it.
  private static final long ASK_SECONDS = 120;

  private final PartitionId id;
  private final PartitionHost host;
  private final Alarms alarms;
  private final LocalLog log;
  private final ManifestChain chain;
  private final Committer committer;
  private final LiveRows live;
  private final @Nullable EntityTable entities;
  private final @Nullable Lifetimes lifetimes;
  private final @Nullable EventJoins joins;
  private final BatchQueue queue;
  private final Sealer sealer;
  private final PartitionWriter writer;
  private final Rewriter rewriter;
  private final Letterbox letterbox;
  private final Thread thread;
  private volatile boolean isClosed;

  /// `next` of our log in the newest manifests, oldest first; used by the sealer's thread only.
  private final Deque<Long> committedNext = new ArrayDeque<>();

  /// What became of a batch.
  ///
  /// @param repeated records that repeat an event id; they are not stored again
  public record Appended(int accepted, int repeated) {}

  /// Claims the partition, opens its segments and applies what its log holds beyond them.
  public static Partition open(PartitionId id, PartitionHost host, boolean hasEntity) {
    Partition partition = openByHand(id, host, hasEntity);
    partition.thread.start();
    return partition;
  }

  /// As {@link #open}, without a thread of its own: whoever opened it calls {@link #step}.
  static Partition openByHand(PartitionId id, PartitionHost host, boolean hasEntity) {
    Recovery recovery = new Recovery(id, host, hasEntity);
    try {
      Partition partition = new Partition(id, host, recovery);
      partition.replay(recovery);
      return partition;
    } catch (RuntimeException | Error e) {
      recovery.abandon();
      throw e;
    }
  }

  /// One turn of the writer, which does not wait.
  void step() throws InterruptedException {
    writer.step();
  }

  private Partition(PartitionId id, PartitionHost host, Recovery recovery) {
    this.id = id;
    this.host = host;
    this.alarms = recovery.alarms();
    this.chain = recovery.chain();
    this.live = recovery.live();
    this.committer = new Committer(chain, alarms, host.commitRetry());
    this.entities = recovery.entities();
    this.lifetimes = recovery.lifetimes();
    this.joins = recovery.joins();
    this.log = recovery.log();
    this.queue = new BatchQueue(host.options().log().queueBytes());
    this.sealer =
        new Sealer(
            id,
            host,
            recovery.files(),
            committer,
            live,
            entities,
            lifetimes,
            alarms,
            this::committed,
            this::fenced);
    this.writer =
        new PartitionWriter(
            id,
            host,
            log,
            chain,
            queue,
            live,
            sealer,
            recovery.dedup(),
            entities,
            lifetimes,
            joins,
            recovery::loadWriterState);
    this.rewriter =
        new Rewriter(
            id,
            host,
            recovery.files(),
            chain,
            committer,
            live,
            alarms,
            this::forgetLog,
            lifetimes,
            this::whenQuiet);
    this.letterbox = new Letterbox(id, rewriter, recovery.files(), committer, live);
    this.thread = Thread.ofPlatform().daemon().name("partition-" + id).unstarted(writer);
  }

  private void replay(Recovery recovery) {
    try {
      recovery.replayInto(writer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while replaying " + id, e);
    }
  }

  @Override
  public PartitionId id() {
    return id;
  }

  /// Appends to the partition's own log. Completes when the records are durable and visible; fails
  /// with DISK_FULL or STORE_FAILED, and then none of them is stored. OVERLOADED, DRAINING, FENCED
  /// at once.
  public CompletableFuture<Appended> append(RecordBatch batch) {
    host.diskGuard().requireWritable();
    requireHealthy();
    Command.Append command = new Command.Append(batch, new CompletableFuture<>());
    queue.offer(command);
    return command.answer();
  }

  /// Takes what a log that is durable elsewhere brought; waits while the partition has enough to
  /// do. What was delivered before is left out.
  @Override
  public CompletableFuture<Appended> load(Delivery delivery) throws InterruptedException {
    requireHealthy();
    Command.Load command = new Command.Load(delivery, new CompletableFuture<>());
    queue.put(command);
    return command.answer();
  }

  /// Records that offsets of a log outside can never be read any more; returns when they are sealed
  /// behind what was delivered before them. Of the gap counts what was not delivered. OVERLOADED
  /// where that takes too long: it is done later, and doing it again changes nothing.
  ///
  /// @param start offset from which the log is read at all, see {@link Delivery}
  @Override
  public void skip(String logId, long start, LogEntry.Gap gap) throws InterruptedException {
    ask(() -> {
      writer.skip(logId, start, gap);
      return true;
    });
  }

  /// Whether an event with this id would be a repetition. OVERLOADED where no answer comes in time.
  ///
  /// @param eventId as it is stored
  public boolean knowsEvent(int collection, byte[] eventId) throws InterruptedException {
    return ask(() -> writer.knows(collection, eventId));
  }

  /// Offsets of a log from one on whose records are committed here as rows or as dead letters; not
  /// those of repetitions. SEGMENT_CORRUPT.
  public long[] takenOffsets(String logId, long from) {
    return new TakenOffsets(logId, from).in(live);
  }

  /// Whether a commit of this partition names the log.
  @Override
  public boolean knows(String logId) {
    return chain.knows(live.manifest(), logId);
  }

  /// First offset of a log that is not committed yet.
  @Override
  public long committedNext(String logId) {
    return chain.next(live.manifest(), logId);
  }

  /// Whether it shows all that a replica of its tail did, which this process had before it became
  /// the owner.
  public boolean isAsFarAs(TailReplica replica) {
    Map<String, Long> reach = live.reach();
    return replica.reach().entrySet().stream()
        .allMatch(log -> reach.getOrDefault(log.getKey(), 0L) >= log.getValue());
  }

  /// Whether another process claimed it: what is left is to close it.
  public boolean isFenced() {
    TytoException failure = writer.failure();
    return failure != null && failure.code() == ErrorCode.FENCED;
  }

  /// What collections of the group keep of an entity, every event counted that queries see; null
  /// where none of them has seen its key. Where one of them keeps nothing, that cannot be told, and
  /// all that is told is that there is nothing of it. Answered by the partition's thread, between
  /// two batches.
  ///
  /// @param key as it is stored
  public CompletableFuture<@Nullable Map<String, Kept>> entity(
      byte[] key, List<TableSchema> schemas) {
    CompletableFuture<@Nullable Map<String, Kept>> answer = new CompletableFuture<>();
    CompletableFuture<Boolean> asked =
        run(() -> {
          try {
            return answer.complete(kept(key, schemas));
          } catch (RuntimeException | Error e) {
            // It was a question: the writer goes on.
            return answer.completeExceptionally(e);
          }
        });
    asked.whenComplete((_, failure) -> {
      if (failure != null) {
        answer.completeExceptionally(failure);
      }
    });
    return answer;
  }

  private @Nullable Map<String, Kept> kept(byte[] key, List<TableSchema> schemas) {
    Lifetimes states = lifetimes;
    if (entities == null || states == null) {
      return null;
    }
    int entity = entities.find(key);
    boolean isSeen =
        entity != 0
            && (isWholeGroup(schemas)
                || schemas.stream().anyMatch(schema -> states.has(schema, entity)));
    if (!isSeen && (isWholeGroup(schemas) || schemas.stream().allMatch(states::keepsAll))) {
      return null;
    }
    Map<String, Kept> kept = new LinkedHashMap<>();
    for (TableSchema schema : schemas) {
      // Of one that only other collections may have seen, the same as of one that none has.
      StateRecord state = isSeen ? states.current(schema, entity) : states.none(schema);
      kept.put(schema.name(), LifetimeValues.of(schema, state));
    }
    return kept;
  }

  /// Whether no other collection numbers its entities with these.
  private boolean isWholeGroup(List<TableSchema> schemas) {
    return schemas.stream()
        .map(TableSchema::collectionId)
        .collect(Collectors.toSet())
        .containsAll(host.schemas().collectionsOf(id.group()));
  }

  /// Seals what has been applied; completes when it is committed.
  public CompletableFuture<Void> flush() {
    return run(writer::freezeNow).thenCompose(committed -> committed);
  }

  /// Ends the unit that is being filled, so that the next takes over the newest schemas; returns
  /// when it is ended, with what completes when everything before is committed. OVERLOADED where
  /// that takes too long.
  public CompletableFuture<Void> takeOverSchemas() {
    try {
      return ask(writer::freezeNow);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.CANCELLED, "interrupted while partition " + id + " took over a schema", e);
    }
  }

  @Override
  public void addTo(SnapshotSources snapshot, int collection, Kind kind) {
    live.addTo(snapshot, id, collection, kind);
  }

  @Override
  public void addTo(ViewSources target, BoundView view) {
    live.addTo(target, view);
  }

  @Override
  public ViewStanding standing(BoundView view) {
    return rewriter.views().standing(view);
  }

  /// Has a view brought up to date at the next round of maintenance.
  public void askForView(BoundView view) {
    rewriter.views().ask(view);
  }

  /// Its committed dead letters, for a replay.
  public Letterbox letterbox() {
    return letterbox;
  }

  /// Compacts, expires and collects what is due.
  ///
  /// @return whether more is to be done as soon as other partitions had their turn
  public boolean maintain() {
    if (writer.failure() == null && !isClosed) {
      try {
        return rewriter.run();
      } catch (TytoException e) {
        if (e.code() == ErrorCode.FENCED) {
          fenced(e);
        } else if (e.code() != ErrorCode.DRAINING) {
          throw e;
        }
      }
    }
    return false;
  }

  /// Deletes store objects that nothing names any more.
  public void collectGarbage() {
    if (writer.failure() == null && !isClosed) {
      rewriter.collectGarbage();
    }
  }

  /// Compares cells with the rows they were made of, and makes those anew that differ.
  public List<String> verifyCells(boolean repairs) {
    return rewriter.verifyCells(repairs);
  }

  /// Compares the cells of views with the rows they were made of, and makes those anew that differ.
  ///
  /// @param notes told what could not be compared
  public List<String> verifyViews(boolean repairs, Consumer<String> notes) {
    return rewriter.verifyViews(repairs, notes);
  }

  @Override
  public List<SegmentEntry> segments(int collection) {
    return live.entries(collection, Kind.DATA);
  }

  @Override
  public Standing standing(int collection) {
    int outdated = rewriter.outdated(collection, Kind.DATA).size();
    return live.standing(collection)
        .hiding(outdated, outdated > 0 || rewriter.isHiding(collection));
  }

  @Override
  public @Nullable Joining joining(TableSchema schema) {
    return joins == null || Join.withEvents(schema.config()).isEmpty()
        ? null
        : new Joining(
            joins.late(schema.collectionId()),
            rewriter.toRejoin(schema.collectionId()),
            live.entries(schema.collectionId(), Kind.DATA).size());
  }

  @Override
  public PartitionStatus status(String group) {
    Manifest manifest = live.manifest();
    TytoException failure = writer.failure();
    return new PartitionStatus(
        group,
        id.partition(),
        PartitionStatus.SELF,
        0,
        manifest.epoch(),
        manifest.version(),
        live.oldestUnitMillis(),
        sealer.waitingUnits(),
        gaps(chain.holes(manifest)),
        failure == null ? null : failure.getMessage());
  }

  static long gaps(List<Manifest.Hole> holes) {
    return holes.stream()
        .filter(hole -> hole.kind() == Manifest.HoleKind.GAP)
        .mapToLong(hole -> hole.next() - hole.from())
        .sum();
  }

  @Override
  public long uncommittedRecords() {
    return log.stableEnd() - committedNext(log.logId());
  }

  @Override
  public long sealAgeMillis() {
    return live.oldestUnitMillis();
  }

  @Override
  public long logBytes() {
    return log.sizeBytes();
  }

  @Override
  public Manifest manifest() {
    return live.manifest();
  }

  @Override
  public List<String> alarms() {
    return alarms.all();
  }

  /// Finishes what is queued and the seal at hand. What is not sealed stays in the log.
  @Override
  public void close() {
    isClosed = true;
    queue.close();
    try {
      thread.join();
      committer.close();
      sealer.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.log(WARNING, "interrupted while closing partition " + id, e);
    }
    log.close();
    live.close();
    if (lifetimes != null) {
      lifetimes.close();
    }
    if (entities != null) {
      entities.close();
    }
  }

  /// Runs something on the partition's thread while nothing is uncommitted, and returns when it has
  /// run. OVERLOADED where the commits take too long. Events wait meanwhile.
  private void whenQuiet(Runnable work) {
    try {
      // Most is committed before anybody has to wait for it.
      flush().get(QUIET_SECONDS, TimeUnit.SECONDS);
      CompletableFuture<CompletableFuture<Void>> done =
          run(() -> {
            try {
              writer.freezeNow().get(QUIET_SECONDS, TimeUnit.SECONDS);
              work.run();
              return CompletableFuture.completedFuture(null);
            } catch (ExecutionException | TimeoutException | RuntimeException | Error e) {
              return CompletableFuture.failedFuture(e);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
              return CompletableFuture.failedFuture(e);
            }
          });
      done.thenCompose(inner -> inner).get();
    } catch (TimeoutException | ExecutionException e) {
      if (e.getCause() instanceof TytoException cause) {
        throw new TytoException(cause.code(), String.valueOf(cause.getMessage()), e);
      }
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "the events of partition %s could not be committed: %s".formatted(id, e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.DRAINING, "partition " + id + " is closing", e);
    }
  }

  /// Deletes what the log holds now, once it is committed; OVERLOADED where that takes too long.
  private void forgetLog() {
    CompletableFuture<CompletableFuture<Void>> frozen =
        run(() -> {
          try {
            return writer.freezeAndRoll();
          } catch (TytoException e) {
            return CompletableFuture.failedFuture(e);
          }
        });
    try {
      frozen.thenCompose(committed -> committed).get(FORGET_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new TytoException(
          ErrorCode.OVERLOADED, "old values in the log of %s wait for a seal".formatted(id), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.DRAINING, "partition " + id + " is closing", e);
    }
    for (int i = 0; i < MANIFESTS_BEFORE_TRIM; i++) {
      Change nothing = Change.builder().configVersion(host.schemas().catalogVersion()).build();
      live.replaced(committer.commit(nothing), Set.of(), List.of());
    }
    log.trim(committedNext(log.logId()));
  }

  private <T> CompletableFuture<T> run(Supplier<T> task) {
    requireHealthy();
    Command.Run<T> command = new Command.Run<>(task, new CompletableFuture<>());
    try {
      queue.put(command);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.CANCELLED, "interrupted while waiting for partition " + id, e);
    }
    return command.answer();
  }

  private <T> T ask(Supplier<T> task) throws InterruptedException {
    try {
      return run(task).get(ASK_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "partition %s did not come to it within %d s; `tyto status` says what it waits for"
              .formatted(id, ASK_SECONDS),
          e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TytoException known) {
        throw new TytoException(known.code(), String.valueOf(known.getMessage()), known);
      }
      throw new IllegalStateException("partition " + id + " failed", e.getCause());
    }
  }

  private void requireHealthy() {
    TytoException failure = writer.failure();
    if (failure != null) {
      throw new TytoException(failure.code(), String.valueOf(failure.getMessage()), failure);
    }
  }

  private void committed(Manifest manifest) {
    committedNext.addLast(manifest.next().getOrDefault(log.logId(), 0L));
    if (committedNext.size() > MANIFESTS_BEFORE_TRIM) {
      log.trim(committedNext.removeFirst());
    }
  }

  private void fenced(TytoException reason) {
    if (host.isAlone()) {
      LOG.log(ERROR, "partition " + id + " is owned by another process now", reason);
      alarms.raise("fenced", String.valueOf(reason.getMessage()));
    } else {
      LOG.log(INFO, "partition {0} is owned by another process now: {1}", id, reason.getMessage());
    }
    writer.fail(reason);
    live.dropUnits();
  }
}
