package io.tyto.ingest;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.ERROR;

import io.tyto.ingest.enrich.Pipeline;
import io.tyto.ingest.partition.Alarms;
import io.tyto.ingest.partition.DiskGuard;
import io.tyto.ingest.partition.Partition;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// The background work of a node: compaction and retention at an interval, garbage every hour. One
/// thread, so that it takes at most one core from ingestion and queries. Another looks at the disk
/// and at the enrichers every second, whatever the first waits for.
final class Maintenance implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Maintenance.class.getName());
  private static final String ALARM = "maintenance";
  private static final long STOP_SECONDS = 60;

  private final Partitions partitions;
  private final DiskGuard diskGuard;
  private final Pipeline pipeline;
  private final Duration interval;
  private final Alarms alarms;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("maintenance").factory());

  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("disk-looks").factory());

  private final AtomicBoolean isAsked = new AtomicBoolean();
  private volatile boolean isClosed;

  Maintenance(
      Partitions partitions,
      DiskGuard diskGuard,
      Pipeline pipeline,
      Duration interval,
      Alarms alarms) {
    this.partitions = partitions;
    this.diskGuard = diskGuard;
    this.pipeline = pipeline;
    this.interval = interval;
    this.alarms = alarms;
  }

  void start() {
    looks.scheduleWithFixedDelay(diskGuard::look, 1, 1, TimeUnit.SECONDS);
    looks.scheduleWithFixedDelay(
        () -> pipeline.look(alarms::raise, alarms::clear), 1, 1, TimeUnit.SECONDS);
    every(interval, this::maintainAll);
    every(Duration.ofHours(1), () -> forAll(Partition::collectGarbage));
  }

  /// Rounds of compaction and retention on the caller's thread, until nothing more is due.
  void runNow() {
    boolean isMore = true;
    while (isMore) {
      isMore = false;
      for (Partition partition : partitions.owned()) {
        isMore |= partition.maintain();
      }
    }
  }

  /// Has a round begin as soon as the one at hand is done; several asked for meanwhile are one.
  void runSoon() {
    if (isAsked.compareAndSet(false, true)) {
      try {
        timer.execute(() -> {
          isAsked.set(false);
          maintainAll();
        });
      } catch (RejectedExecutionException e) {
        // It is being closed, and the next start looks first of all.
        LOG.log(DEBUG, "no round of maintenance any more", e);
      }
    }
  }

  @Override
  public void close() {
    isClosed = true;
    looks.shutdownNow();
    timer.shutdown();
    try {
      timer.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void every(Duration pause, Runnable round) {
    timer.scheduleWithFixedDelay(round, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void maintainAll() {
    AtomicBoolean isMore = new AtomicBoolean();
    forAll(partition -> {
      if (partition.maintain()) {
        isMore.set(true);
      }
    });
    if (isMore.get()) {
      runSoon();
    }
  }

  private void forAll(Consumer<Partition> work) {
    for (Partition partition : partitions.owned()) {
      if (isClosed) {
        return;
      }
      try {
        work.accept(partition);
        alarms.clear(ALARM);
      } catch (RuntimeException | Error e) {
        // A timer drops a task that throws, and the next partition is not to blame.
        LOG.log(ERROR, "maintenance of partition " + partition.id() + " failed", e);
        alarms.raise(ALARM, partition.id() + ": " + e);
      }
    }
  }
}
