package io.tyto.store.audit;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.port.AuditLog;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The audit log in files of one folder, written by one thread.
///
/// Each line names the hash of the line before, so that none can be changed, taken out or moved
/// unseen; the file `head` says how far the lines reached when they were last forced, so that none
/// can be cut off at the end either. Entries that are answered for are in the file; they are forced
/// once a second, and those of changes before they are answered for. Files are rolled by size, and
/// the oldest go when all together are too large, which is noted itself.
///
/// Thread-safe. Lifetime: {@link #close} writes what waits.
public final class AuditFiles implements AuditLog, AutoCloseable {
  /// Entries that wait to be written; beyond it whoever asks is told to come again.
  static final int MAX_WAITING = 10_000;

  private static final System.Logger LOG = System.getLogger(AuditFiles.class.getName());
  private static final Duration FORCED = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final int MAX_BATCH = 1_000;
  private static final long STOP_MILLIS = 10_000;
  private static final String OURS = "server";

  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MAX_WAITING);
  private final AuditTail tail;
  private final Thread writer;
  private volatile boolean isClosed;

  private record Waiting(Entry entry, CompletableFuture<@Nullable Void> written) {}

  /// @param fileBytes a file is not continued beyond this
  /// @param keptBytes of all files together
  public record Limits(long fileBytes, long keptBytes) {
    public static final Limits DEFAULT = new Limits(64L << 20, 4L << 30);
  }

  /// Goes on behind the last whole line; what a crash left behind it is cut off, and noted.
  /// STORE_FAILED, DISK_FULL.
  public static AuditFiles open(Path folder, Disk disk, Limits limits, Clock clock) {
    try {
      AuditFiles files = new AuditFiles(new AuditTail(folder, disk, limits, clock));
      files.begin();
      return files;
    } catch (IOException e) {
      throw DiskErrors.failed("open the audit log " + folder, e);
    }
  }

  private AuditFiles(AuditTail tail) {
    this.tail = tail;
    this.writer = Thread.ofPlatform().daemon().name("audit").unstarted(this::write);
  }

  private void begin() throws IOException {
    tail.open();
    long torn = tail.tornBytes();
    List<Entry> first = new ArrayList<>();
    if (torn > 0) {
      first.add(ours("audit.torn", "cut", Map.of("bytes", torn)));
    }
    first.add(ours("server.start", tail.isCleanlyEnded() ? "ok" : "unclean", Map.of()));
    tail.append(first);
    tail.force();
    writer.start();
  }

  private static Entry ours(String action, String outcome, Map<String, Long> figures) {
    return new Entry(OURS, action, "", outcome, figures, true);
  }

  @Override
  public CompletableFuture<@Nullable Void> submit(Entry entry) {
    Waiting waiting = new Waiting(entry, new CompletableFuture<>());
    if (isClosed || !queue.offer(waiting)) {
      throw new RetryLaterException(
          ErrorCode.OVERLOADED,
          "%,d entries wait for the audit log; nothing is done that it cannot take"
              .formatted(MAX_WAITING),
          SOON);
    }
    return waiting.written();
  }

  private void write() {
    long forced = System.nanoTime();
    while (!isClosed || !queue.isEmpty()) {
      List<Waiting> batch = new ArrayList<>();
      try {
        Waiting first = queue.poll(FORCED.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
          batch.add(first);
          queue.drainTo(batch, MAX_BATCH - 1);
        }
        boolean isDue = System.nanoTime() - forced >= FORCED.toNanos();
        append(batch, isDue);
        forced = isDue ? System.nanoTime() : forced;
      } catch (InterruptedException e) {
        // Nobody of ours does that; what waits must be written all the same.
        LOG.log(System.Logger.Level.DEBUG, "the writer of the audit log was interrupted", e);
      }
    }
  }

  private void append(List<Waiting> batch, boolean isDue) {
    try {
      if (!batch.isEmpty()) {
        tail.append(batch.stream().map(Waiting::entry).toList());
      }
      if (isDue || batch.stream().anyMatch(waiting -> waiting.entry().isChange())) {
        tail.force();
      }
      batch.forEach(waiting -> waiting.written().complete(null));
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "the audit log cannot be written", e);
      batch.forEach(waiting -> waiting.written().completeExceptionally(e));
      reopen();
    }
  }

  /// What a failed write left behind is unknown: the file is looked at as after a crash.
  private void reopen() {
    try {
      tail.open();
    } catch (IOException | RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "the audit log stays shut", e);
    }
  }

  /// Notes the end, and writes what waits.
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    try {
      writer.join(STOP_MILLIS);
      tail.append(List.of(ours("server.stop", "ok", Map.of())));
      tail.force();
      tail.close();
    } catch (IOException e) {
      throw DiskErrors.failed("close the audit log", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
