package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.ERROR;

import io.tyto.engine.entity.EntityTable;
import io.tyto.ingest.Durability;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.log.LocalLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogRecord;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.log.RecordBatch;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.manifest.ManifestChain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The one thread that writes a partition: it takes batches from the queue, makes them durable in
/// the log, many with one fsync, applies them to the tail, answers, and freezes the tail when it is
/// due.
///
/// Everything here runs on that thread, {@link #replay} before it starts.
final class PartitionWriter implements Runnable {
  private static final System.Logger LOG = System.getLogger(PartitionWriter.class.getName());

  /// So long the first queries after a start have the processors to themselves, if no event comes.
  private static final long FIRST_COMMAND_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long FULL_TAIL_PAUSE_MILLIS = 5;

  /// Records between two looks at the size of the tail during a replay.
  private static final int REPLAY_STRIDE = 1024;

  private static final byte APPENDED = 0;
  private static final byte REPEATED = 1;

  /// In the log, but no row: it repeats a record of another log whose row may yet be lost in a
  /// crash.
  private static final byte SHADOWED = 2;

  private final PartitionId id;
  private final PartitionHost host;
  private final IngestOptions options;
  private final LocalLog log;
  private final ManifestChain chain;
  private final BatchQueue queue;
  private final LiveRows live;
  private final Sealer sealer;
  private final DedupWindow dedup;
  private final DeliveryIntake intake;
  private final @Nullable EntityTable entities;
  private final @Nullable Lifetimes lifetimes;
  private final @Nullable EventJoins joins;
  private final Map<String, Long> applied = new HashMap<>();
  private final List<Staged> staged = new ArrayList<>();
  private TailUnit unit;

  /// Reads what records are applied by, once; null afterwards.
  private @Nullable Runnable loadState;

  private volatile @Nullable TytoException failure;

  /// A batch whose records are staged in the log.
  ///
  /// @param fates what becomes of each record
  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  private record Staged(Command.Append command, byte[] fates, long firstOffset) {}

  PartitionWriter(
      PartitionId id,
      PartitionHost host,
      LocalLog log,
      ManifestChain chain,
      BatchQueue queue,
      LiveRows live,
      Sealer sealer,
      DedupWindow dedup,
      @Nullable EntityTable entities,
      @Nullable Lifetimes lifetimes,
      @Nullable EventJoins joins,
      Runnable loadState) {
    this.joins = joins;
    this.id = id;
    this.host = host;
    this.options = host.options();
    this.log = log;
    this.chain = chain;
    this.queue = queue;
    this.live = live;
    this.sealer = sealer;
    this.dedup = dedup;
    this.intake = new DeliveryIntake(dedup);
    this.entities = entities;
    this.lifetimes = lifetimes;
    this.loadState = loadState;
    this.unit = openUnit();
  }

  /// Applies what the log holds behind the manifest. LOG_CORRUPT where records are lost and the
  /// policy is to halt.
  void replay(long from) throws InterruptedException {
    applied.put(log.logId(), from);
    long replayed = 0;
    try (LogReader reader = log.read(from)) {
      for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
        loadState();
        switch (entry) {
          case LogRecord record -> replay(record);
          case LogEntry.Gap gap -> acceptGap(gap);
          case RawEvent _ -> throw new IllegalStateException("our own log holds no raw events");
        }
        if (++replayed % REPLAY_STRIDE == 0) {
          waitForRoom();
        }
      }
    }
    live.publish(unit);
  }

  private void loadState() {
    Runnable load = loadState;
    if (load != null) {
      load.run();
      loadState = null;
    }
  }

  private void waitForRoom() throws InterruptedException {
    while (isTailFull()) {
      queue.pause(FULL_TAIL_PAUSE_MILLIS);
    }
  }

  /// Records that the log no longer has, or fails.
  void acceptGap(LogEntry.Gap gap) {
    String what =
        gap.from() == gap.next()
            ? gap.where()
            : "records %d to %d of the log of partition %s are lost: %s"
                .formatted(gap.from(), gap.next() - 1, id, gap.where());
    if (options.gapPolicy() == IngestOptions.GapPolicy.HALT) {
      throw new TytoException(
          ErrorCode.LOG_CORRUPT,
          what
              + ". Restore the file from a backup, or start once with --log-gap-policy continue to"
              + " accept the loss");
    }
    LOG.log(ERROR, what + "; accepted as a gap");
    if (gap.from() < gap.next()) {
      skip(log.logId(), gap.from(), gap);
    }
  }

  /// Records a gap in a unit of its own: segments answer for whole ranges, and nothing answers for
  /// this one. What was applied before the records were lost is no gap here.
  ///
  /// @param start offset from which the log is read at all, where nothing is known of it
  void skip(String logId, long start, LogEntry.Gap gap) {
    long stands = applied.computeIfAbsent(logId, id -> firstOffset(id, start));
    if (stands >= gap.next()) {
      return;
    }
    freezeNow();
    unit.addGap(logId, new LogEntry.Gap(Math.max(gap.from(), stands), gap.next(), gap.where()));
    applied.put(logId, gap.next());
    dedup.advance(logId, gap.next());
    freeze();
  }

  @Override
  public void run() {
    try {
      queue.await(FIRST_COMMAND_NANOS);
      if (!queue.isDrained()) {
        loadState();
      }
      while (!queue.isDrained() && failure == null) {
        if (isTailFull()) {
          queue.pause(FULL_TAIL_PAUSE_MILLIS);
        } else {
          turn(LOOK_NANOS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(new TytoException(ErrorCode.DRAINING, "partition " + id + " was interrupted", e));
    } catch (RuntimeException | Error e) {
      LOG.log(ERROR, "the writer of partition " + id + " stopped", e);
      fail(
          new TytoException(
              ErrorCode.INTERNAL,
              "partition %s stopped after an error: %s. Its events are safe in the log; restart the server"
                  .formatted(id, e),
              e));
    }
    live.publish(unit);
    rejectWaiting();
  }

  /// Whether an event with this id would be a repetition.
  boolean knows(int collection, byte[] eventId) {
    loadState();
    return dedup.find(collection, eventId, 0, eventId.length) != null;
  }

  /// Why this partition takes nothing any more, or null.
  @Nullable TytoException failure() {
    return failure;
  }

  /// Stops the writer for good.
  void fail(TytoException reason) {
    failure = reason;
    queue.close();
  }

  /// Freezes the unit and hands it to the sealer; returns what completes when all is committed.
  CompletableFuture<Void> freezeNow() {
    if (!unit.isEmpty()) {
      freeze();
    }
    TailUnit last = sealer.lastWaiting();
    return last == null ? CompletableFuture.completedFuture(null) : last.committed();
  }

  /// Freezes the unit and ends the log's newest file.
  CompletableFuture<Void> freezeAndRoll() {
    CompletableFuture<Void> committed = freezeNow();
    log.roll();
    return committed;
  }

  /// Takes what waits in the queue now, in the place of {@link #run}: for who drives a partition by
  /// hand. What it throws ended the writer.
  void step() throws InterruptedException {
    loadState();
    if (failure == null && !isTailFull()) {
      turn(0);
    }
    if (failure != null) {
      rejectWaiting();
    }
  }

  private void turn(long patienceNanos) throws InterruptedException {
    Command command = queue.poll(patienceNanos);
    while (command != null) {
      switch (command) {
        case Command.Append append -> stage(append);
        case Command.Load load -> {
          commitStaged();
          load(load);
        }
        case Command.Run<?> run -> {
          commitStaged();
          run.perform();
        }
      }
      boolean isFull =
          log.stagedBytes() >= options.log().batchBytes()
              || options.durability() == Durability.REQUEST;
      command = isFull || !(command instanceof Command.Append) ? null : queue.poll(0);
    }
    commitStaged();
    freezeIfDue();
  }

  /// Decides what is new in a batch and stages it.
  private void stage(Command.Append command) {
    RecordBatch batch = command.batch();
    byte[] fates = new byte[batch.count()];
    long first = log.nextOffset();
    for (int i = 0; i < fates.length; i++) {
      fates[i] = fateOf(batch.record(i));
      if (fates[i] != REPEATED) {
        log.stage(batch, i, fates[i] == SHADOWED);
      }
    }
    staged.add(new Staged(command, fates, first));
  }

  private byte fateOf(LogRecord record) {
    if (record.eventIdLength() < 0) {
      return APPENDED;
    }
    DedupWindow.Seen seen = intake.find(record);
    if (seen == null) {
      dedup.add(log.logId(), log.nextOffset());
      return APPENDED;
    }
    return isSafe(seen) ? REPEATED : SHADOWED;
  }

  /// A record of our own log is as durable as the one that repeats it; one of a file only once it
  /// is committed.
  private boolean isSafe(DedupWindow.Seen seen) {
    if (seen.logId().equals(log.logId())) {
      return true;
    }
    return seen.offset() < committedNext(seen.logId());
  }

  private void commitStaged() {
    if (staged.isEmpty()) {
      return;
    }
    try {
      host.diskGuard().requireWritable();
      log.commit();
    } catch (TytoException e) {
      log.forgetStaged();
      staged.forEach(this::forget);
      staged.forEach(batch -> batch.command().answer().completeExceptionally(e));
      staged.clear();
      return;
    }
    for (Staged batch : staged) {
      applyOwn(batch);
    }
    live.publish(unit);
    for (Staged batch : staged) {
      batch.command().answer().complete(answer(batch.fates()));
    }
    staged.clear();
  }

  private void applyOwn(Staged batch) {
    long offset = batch.firstOffset();
    for (int i = 0; i < batch.fates().length; i++) {
      if (batch.fates()[i] == REPEATED) {
        continue;
      }
      LogRecord record = batch.command().batch().record(i).withOffset(offset);
      if (batch.fates()[i] == APPENDED) {
        if (unit.isOlderThan(record)) {
          freeze();
        }
        unit.apply(log.logId(), record);
      } else {
        unit.drop(log.logId(), record);
      }
      offset++;
    }
    applied.put(log.logId(), offset);
    dedup.advance(log.logId(), offset);
  }

  /// Takes the ids of a batch out of the window again: it is not in the log.
  private void forget(Staged batch) {
    for (int i = 0; i < batch.fates().length; i++) {
      LogRecord record = batch.command().batch().record(i);
      if (batch.fates()[i] == APPENDED && record.eventIdLength() >= 0) {
        dedup.remove(
            record.collection(), record.buffer(), record.eventIdStart(), record.eventIdLength());
      }
    }
  }

  private static Partition.Appended answer(byte[] fates) {
    int repeated = 0;
    for (byte fate : fates) {
      repeated += fate == APPENDED ? 0 : 1;
    }
    return new Partition.Appended(fates.length - repeated, repeated);
  }

  private void load(Command.Load command) {
    Delivery delivery = command.delivery();
    String logId = delivery.logId();
    long from = applied.computeIfAbsent(logId, id -> firstOffset(id, delivery.start()));
    if (DeliveryIntake.isNewer(delivery, unit)) {
      // Before the first record, or the offsets between two records would belong to no unit.
      freeze();
    }
    Partition.Appended appended = intake.apply(delivery, from, unit);
    if (delivery.next() > from) {
      applied.put(logId, delivery.next());
    }
    live.publish(unit);
    command.answer().complete(appended);
  }

  private long firstOffset(String logId, long start) {
    return chain.knows(live.manifest(), logId) ? committedNext(logId) : start;
  }

  /// What stands in our own log was found to be new when it was appended, and acknowledged as such;
  /// only where that was in doubt is it asked again.
  private void replay(LogRecord record) {
    if (record.mayRepeat()) {
      intake.applyOrDrop(log.logId(), record, unit);
    } else {
      remember(record);
      unit.apply(log.logId(), record);
    }
    applied.put(log.logId(), record.offset() + 1);
    dedup.advance(log.logId(), record.offset() + 1);
  }

  private void remember(LogRecord record) {
    if (record.eventIdLength() >= 0) {
      intake.find(record);
      dedup.add(log.logId(), record.offset());
    }
  }

  private long committedNext(String logId) {
    return chain.next(live.manifest(), logId);
  }

  private void freezeIfDue() {
    if (unit.isEmpty()) {
      return;
    }
    IngestOptions.Seal limits = options.seal();
    long rows = unit.rowCount();
    long age = (rows >= limits.smallRows() ? limits.age() : limits.smallAge()).toNanos();
    boolean isDue = isUnitFull() || unit.ageNanos(System.nanoTime()) >= age;
    if (isDue && sealer.waitingUnits() < mostWaiting()) {
      freeze();
    }
  }

  private boolean isUnitFull() {
    IngestOptions.Seal limits = options.seal();
    return unit.rowCount() >= limits.rows()
        || unit.sizeBytes() >= limits.bytes()
        || unit.isLoadFull();
  }

  /// Units of loaded rows are large: while one is sealed, one is filled, and no more.
  private int mostWaiting() {
    return unit.hasLoaded() ? 1 : options.seal().maxWaiting();
  }

  /// No more is taken in while the unit is due and the sealer has enough to do.
  private boolean isTailFull() {
    freezeIfDue();
    return sealer.waitingUnits() >= mostWaiting() && isUnitFull();
  }

  private void freeze() {
    Map<String, Long> dedupFrom = new HashMap<>();
    unit.ranges()
        .forEach((logId, range) ->
            dedupFrom.put(logId, Math.max(0, range.next() - options.dedupWindow())));
    TailUnit frozen = unit;
    live.publish(frozen);
    frozen.freeze(dedupFrom);
    unit = openUnit();
    sealer.enqueue(frozen);
  }

  private TailUnit openUnit() {
    TailUnit fresh = new TailUnit(id, host.schemas(), entities, lifetimes, joins);
    live.open(fresh);
    return fresh;
  }

  private void rejectWaiting() {
    TytoException reason =
        failure != null
            ? failure
            : new TytoException(ErrorCode.DRAINING, "this server is stopping; send again later");
    staged.forEach(batch -> batch.command().answer().completeExceptionally(reason));
    try {
      for (Command left = queue.poll(0); left != null; left = queue.poll(0)) {
        switch (left) {
          case Command.Append append -> append.answer().completeExceptionally(reason);
          case Command.Load load -> load.answer().completeExceptionally(reason);
          case Command.Run<?> run -> run.answer().completeExceptionally(reason);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
