package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.segment.EntityKey;
import io.tyto.engine.source.RowSource;
import io.tyto.ingest.IngestOptions;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Turns frozen units into segments and commits them, in order, one at a time, off the writer's
/// thread.
///
/// A seal that fails is tried again until it succeeds or the partition is fenced: its records are
/// durable in their log meanwhile. Thread-safe.
final class Sealer {
  private static final System.Logger LOG = System.getLogger(Sealer.class.getName());
  private static final String ALARM = "seal";
  private static final long FIRST_RETRY_MILLIS = 200;
  private static final long LAST_RETRY_MILLIS = 30_000;
  private static final long COMPACTION_PAUSE_MILLIS = 1_000;

  private final SchemaDirectory schemas;
  private final int groupId;
  private final IngestOptions.Compaction compaction;
  private final SegmentFiles files;
  private final Committer committer;
  private final LiveRows live;
  private final @Nullable EntityTable entities;
  private final @Nullable Lifetimes lifetimes;
  private final ScheduledExecutorService executor;
  private final Alarms alarms;
  private final Consumer<Manifest> onCommit;
  private final Consumer<TytoException> onFenced;

  private final Deque<TailUnit> waiting = new ArrayDeque<>();
  private boolean isRunning;
  private boolean isClosed;
  private long retryMillis = FIRST_RETRY_MILLIS;
  private @Nullable ScheduledFuture<?> retry;

  /// The seal at hand, kept over retries: what was built need not be built again.
  private @Nullable Attempt attempt;

  private record Attempt(TailUnit unit, Change change) {}

  Sealer(
      PartitionId id,
      PartitionHost host,
      SegmentFiles files,
      Committer committer,
      LiveRows live,
      @Nullable EntityTable entities,
      @Nullable Lifetimes lifetimes,
      Alarms alarms,
      Consumer<Manifest> onCommit,
      Consumer<TytoException> onFenced) {
    this.schemas = host.schemas();
    this.groupId = id.group();
    this.compaction = host.options().compaction();
    this.files = files;
    this.committer = committer;
    this.live = live;
    this.entities = entities;
    this.lifetimes = lifetimes;
    this.executor = host.sealers();
    this.alarms = alarms;
    this.onCommit = onCommit;
    this.onFenced = onFenced;
  }

  /// Takes over a frozen unit that is not empty.
  synchronized void enqueue(TailUnit unit) {
    if (isClosed) {
      unit.committed().cancel(false);
      return;
    }
    waiting.add(unit);
    if (!isRunning) {
      isRunning = true;
      executor.execute(this::run);
    }
  }

  synchronized int waitingUnits() {
    return waiting.size();
  }

  /// The unit that will be committed last of those waiting, or null.
  synchronized @Nullable TailUnit lastWaiting() {
    return waiting.peekLast();
  }

  /// Finishes the seal at hand and starts no other; what waits is replayed from the log at the next
  /// start.
  synchronized void close() throws InterruptedException {
    isClosed = true;
    if (retry != null && retry.cancel(false)) {
      isRunning = false;
    }
    while (isRunning) {
      wait();
    }
    waiting.forEach(unit -> unit.committed().cancel(false));
    waiting.clear();
  }

  private void run() {
    while (true) {
      TailUnit unit = nextUnit();
      if (unit == null) {
        return;
      }
      try {
        giveWayToCompaction();
        seal(unit);
        finished(unit);
      } catch (TytoException e) {
        if (e.code() == ErrorCode.FENCED) {
          fenced(e);
          return;
        }
        retryLater(e);
        return;
      } catch (RuntimeException | Error e) {
        // A defect must not stop a partition in silence: it is shown, and tried again.
        retryLater(e);
        return;
      }
    }
  }

  private synchronized @Nullable TailUnit nextUnit() {
    TailUnit unit = isClosed ? null : waiting.peek();
    if (unit == null) {
      isRunning = false;
      notifyAll();
    }
    return unit;
  }

  /// Slows ingestion down, by the units that wait, where queries would soon have too many segments
  /// to open.
  private void giveWayToCompaction() {
    boolean isBehind =
        schemas.collectionsOf(groupId).stream()
            .anyMatch(collection ->
                CompactionChoice.isBehind(live.entries(collection, Kind.DATA), compaction));
    if (isBehind) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(COMPACTION_PAUSE_MILLIS));
    }
  }

  private void seal(TailUnit unit) {
    Attempt current = attempt;
    if (current == null) {
      current = new Attempt(unit, build(unit));
      attempt = current;
    }
    Manifest commit = committer.commit(current.change());
    attempt = null;
    List<LiveSegment> built = new ArrayList<>();
    for (SegmentEntry entry : current.change().added()) {
      if (entry.kind() == Kind.STATE) {
        live.addState(entry);
      } else {
        built.add(files.open(entry));
      }
    }
    if (lifetimes != null) {
      lifetimes.settle(List.copyOf(unit.states().values()));
    }
    live.sealed(commit, unit, built);
    onCommit.accept(commit);
  }

  private synchronized void finished(TailUnit unit) {
    waiting.remove(unit);
    retryMillis = FIRST_RETRY_MILLIS;
    alarms.clear(ALARM);
    unit.committed().complete(null);
  }

  private synchronized void retryLater(Throwable failure) {
    LOG.log(WARNING, "a seal failed and is tried again in " + retryMillis + " ms", failure);
    alarms.raise(
        ALARM,
        "%d seals wait; the last try failed: %s".formatted(waiting.size(), failure.getMessage()));
    if (isClosed) {
      isRunning = false;
      notifyAll();
      return;
    }
    retry = executor.schedule(this::run, retryMillis, TimeUnit.MILLISECONDS);
    retryMillis = Math.min(2 * retryMillis, LAST_RETRY_MILLIS);
  }

  private void fenced(TytoException e) {
    onFenced.accept(e);
    synchronized (this) {
      isClosed = true;
      isRunning = false;
      waiting.forEach(unit -> unit.committed().completeExceptionally(e));
      waiting.clear();
      notifyAll();
    }
  }

  private Change build(TailUnit unit) {
    Change.Builder change = Change.builder();
    unit.ranges().forEach((log, range) -> change.advance(log, range.from(), range.next()));
    unit.gaps().forEach(change::hole);
    for (int collection :
        unit.gaps().isEmpty() ? schemas.collectionsOf(groupId) : List.<Integer>of()) {
      CollectionTail tail = unit.rows().get(collection);
      if (tail == null || tail.rowCount() == 0) {
        addEmpty(change, unit, collection);
      } else {
        change.add(write(Kind.DATA, tail, unit));
      }
    }
    for (CollectionTail tail : unit.deadLetters().values()) {
      if (tail.rowCount() > 0) {
        change.add(write(Kind.DEAD, tail, unit));
      }
    }
    if (unit.entitiesAfter() > unit.entitiesBefore()) {
      change.add(files.writeState(newEntities(unit).iterator(), unit.ranges()));
    }
    unit.states()
        .forEach((collection, states) -> {
          if (states.size() > 0) {
            change
                .add(files.writeStates(collection, states.layout(), states::forEach, unit.ranges()))
                .require(Manifest.LIFETIME);
          }
        });
    unit.rejoins().forEach(change::rejoin);
    unit.dedupFrom().forEach(change::dedupFrom);
    return change.counts(unit.counts()).configVersion(schemas.catalogVersion()).build();
  }

  private SegmentEntry write(Kind kind, CollectionTail tail, TailUnit unit) {
    List<RowSource> rows = TailUnit.view(tail);
    if (kind == Kind.DATA) {
      // What a file or a topic brought may have been decoded before a policy changed.
      StoredPrivacy privacy = schemas.privacy(tail.schema().collectionId());
      rows = rows.stream().map(piece -> privacy.current(piece, tail.schema())).toList();
    }
    return files.writeRows(kind, tail.schema(), rows, unit.ranges());
  }

  private static void addEmpty(Change.Builder change, TailUnit unit, int collection) {
    unit.ranges()
        .forEach((log, range) ->
            change.hole(
                new Hole(collection, log, range.from(), range.next(), HoleKind.EMPTY, null)));
  }

  private List<EntityKey> newEntities(TailUnit unit) {
    List<EntityKey> fresh = new ArrayList<>();
    if (entities != null) {
      entities.forEach(
          unit.entitiesBefore() + 1,
          unit.entitiesAfter(),
          (id, key) -> fresh.add(new EntityKey(id, key)));
    }
    return fresh;
  }
}
