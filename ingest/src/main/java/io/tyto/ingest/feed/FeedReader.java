package io.tyto.ingest.feed;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.ingest.log.RawEvent;
import io.tyto.ingest.partition.Delivery;
import io.tyto.ingest.partition.Partition;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.FeedState;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The thread that reads one log outside and hands what it brings to the partitions it feeds.
///
/// It has no state of its own that matters: where it begins stands in the manifests of the
/// partitions, and what they were given and did not commit is read again. An outage is waited out
/// with growing pauses; what somebody has to decide, such as records that are gone, halts this log
/// and no other.
final class FeedReader implements Runnable, JoinWait.Source {
  private static final System.Logger LOG = System.getLogger(FeedReader.class.getName());

  /// A block is decoded at once.
  private static final int BLOCK_EVENTS = 1 << 14;

  /// All readers together take at most this part of the heap for the payloads of their blocks.
  private static final int HEAP_SHARE = 16;

  private static final int LEAST_BLOCK_BYTES = 128 << 10;
  private static final int MOST_BLOCK_BYTES = 8 << 20;

  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LAST_PAUSE_MILLIS = 15_000;
  private static final long DISK_PAUSE_MILLIS = 500;
  private static final int FAILURES_TOLD = 2;

  private final FeedHost host;
  private final LogSource source;
  private final Topic topic;
  private final Lane lane;
  private final String name;
  private final LongSupplier unitBytes;
  private final Supplier<List<JoinWait.Awaited>> awaited;
  private final JoinWait joinWait = new JoinWait();
  private final Progress progress = new Progress();
  private final List<CompletableFuture<Partition.Appended>> answers = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition decided = lock.newCondition();
  private final Thread thread;

  /// In a row; the first is often over before anybody could look.
  private int failures;

  private volatile FeedDecoder decoder;
  private volatile boolean isStopped;
  private LogEntry.@Nullable Gap refusedGap;
  private boolean isGapAccepted;

  /// Gaps below it need no decision any more; used by the reader's thread only.
  private long acceptedTo;

  private boolean isPaused;

  /// What was decoded by, when somebody let the log go on although too much is refused.
  private @Nullable FeedDecoder acceptedFor;

  /// Null until it is known.
  private @Nullable Reread again;

  /// @param lane what of the topic is read, and for whom
  /// @param decoder of the collections as they are now
  /// @param unitBytes of rows in columns that a partition may hold before it seals them
  /// @param awaited logs that bring what its events are joined with, as configs are now
  FeedReader(
      FeedHost host,
      LogSource source,
      Topic topic,
      Lane lane,
      FeedDecoder decoder,
      LongSupplier unitBytes,
      Supplier<List<JoinWait.Awaited>> awaited) {
    this.awaited = awaited;
    this.host = host;
    this.source = source;
    this.topic = topic;
    this.lane = lane;
    this.decoder = decoder;
    this.unitBytes = unitBytes;
    this.name = topic.name() + "/" + lane.number();
    progress.startAt(lane.firstOffset());
    this.thread = Thread.ofPlatform().daemon().name("feed-" + name).unstarted(this);
  }

  void start() {
    thread.start();
  }

  Lane lane() {
    return lane;
  }

  @Override
  public Set<Integer> partitions() {
    return lane.owned().keySet();
  }

  @Override
  public long position() {
    return progress.position();
  }

  @Override
  public boolean isRead() {
    return !isStopped && progress.state() != FeedState.HALTED;
  }

  @Override
  public boolean isAsFarAs(long timestampMicros, long sinceNanos) {
    return progress.latestMicros() >= timestampMicros || progress.wasEmptySince(sinceNanos);
  }

  Progress progress() {
    return progress;
  }

  /// Decodes by other schemas from the next block on.
  void use(FeedDecoder newest) {
    lock.lock();
    try {
      decoder = newest;
      decided.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Takes nothing more; returns when the thread has ended.
  void stop() {
    if (!isStopped) {
      isStopped = true;
      thread.interrupt();
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Goes on behind records that are gone, or although too many are refused; null where no decision
  /// is waited for.
  @Nullable String accept() {
    lock.lock();
    try {
      if (isPaused) {
        isPaused = false;
        acceptedFor = decoder;
        decided.signalAll();
        return name + " goes on; what does not fit stays as dead letters";
      }
      LogEntry.Gap gap = refusedGap;
      if (gap == null) {
        return null;
      }
      isGapAccepted = true;
      refusedGap = null;
      decided.signalAll();
      return "%s goes on behind the gap; records %d to %d are lost"
          .formatted(name, gap.from(), gap.next() - 1);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void run() {
    long pause = FIRST_PAUSE_MILLIS;
    while (!isStopped) {
      long before = progress.position();
      try (EventLog log = source.open(topic, lane.number())) {
        readOn(log);
      } catch (TytoException e) {
        if (isStopped || lane.isReplica() && e.code() == ErrorCode.DRAINING) {
          break;
        }
        if (isFinal(e.code())) {
          halt(e);
          return;
        }
        pause = progress.position() > before ? FIRST_PAUSE_MILLIS : pause;
        retryLater(e, pause);
      } catch (InterruptedException e) {
        // Whoever interrupts also says why: by isStopped.
        continue;
      } catch (RuntimeException | Error e) {
        // A defect must not stop a log in silence: it is shown, and tried again.
        LOG.log(ERROR, "reading " + name + " failed", e);
        retryLater(e, LAST_PAUSE_MILLIS);
      }
      pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
    }
    progress.enter(FeedState.STOPPED, null);
  }

  private void readOn(EventLog log) throws InterruptedException {
    Reread before = reread();
    List<RawEvent> events = new ArrayList<>();
    try (LogReader reader = log.read(progress.position())) {
      while (!isStopped) {
        waitForDisk();
        events.clear();
        long asked = System.nanoTime();
        LogEntry.Gap gap = collect(reader, events);
        long next = gap == null ? reader.position() : gap.from();
        if (next > progress.position()) {
          log.confirm();
          events.removeIf(event -> before.isTaken(event.offset()));
          joinWait.before(events, partitions(), awaited.get());
          deliver(log.logId(), events, next);
        } else if (gap != null) {
          // Another topic of the same name begins elsewhere, too.
          log.confirm();
        } else {
          progress.empty(asked);
        }
        progress.enter(FeedState.RUNNING, null);
        failures = 0;
        if (gap != null) {
          skip(log.logId(), gap);
        }
      }
    }
  }

  private Reread reread() throws InterruptedException {
    Reread known = again;
    if (known == null) {
      known = Reread.of(lane);
      progress.startAt(lane.firstOffset());
      again = known;
    }
    return known;
  }

  /// Takes what is there; returns the gap that ends it, if one does.
  private LogEntry.@Nullable Gap collect(LogReader reader, List<RawEvent> events) {
    long most = blockBytes();
    long bytes = 0;
    do {
      LogEntry entry = reader.next();
      switch (entry) {
        case null -> {
          return null;
        }
        case LogEntry.Gap gap -> {
          return gap;
        }
        case RawEvent event -> {
          events.add(event);
          bytes += event.payload() == null ? 0 : event.payload().length;
        }
        case io.tyto.ingest.log.LogRecord _ ->
            throw new IllegalStateException("a log outside holds no records of ours");
      }
    } while (reader.isReady() && events.size() < BLOCK_EVENTS && bytes < most);
    return null;
  }

  private long blockBytes() {
    int readers =
        host.catalog().bindings().values().stream()
            .mapToInt(binding -> binding.logs().size())
            .sum();
    long share = Runtime.getRuntime().maxMemory() / HEAP_SHARE / Math.max(1, readers);
    return Math.clamp(share, LEAST_BLOCK_BYTES, MOST_BLOCK_BYTES);
  }

  private void deliver(String logId, List<RawEvent> events, long next) throws InterruptedException {
    // Up to an offset all records are of one partition, from it on each of its key's.
    int turn = 0;
    while (turn < events.size() && events.get(turn).offset() < lane.spreadFrom()) {
      turn++;
    }
    if (turn > 0 || next <= lane.spreadFrom()) {
      deliver(
          logId, events.subList(0, turn), Math.min(next, lane.spreadFrom()), lane.alignedSpread());
    }
    if (next > lane.spreadFrom()) {
      deliver(logId, events.subList(turn, events.size()), next, lane.keyedSpread());
    }
  }

  private void deliver(String logId, List<RawEvent> events, long next, Spread spread)
      throws InterruptedException {
    FeedDecoder used = decoder;
    Reread before = spread.isAligned() || again == null ? Reread.NONE : again;
    FeedDecoder.Block block = used.decode(events, spread, before);
    List<CompletableFuture<Partition.Appended>> parts = new ArrayList<>();
    for (Lane.Target target : lane.targets(spread)) {
      int number = target.partition().id().partition();
      parts.add(
          target
              .partition()
              .load(
                  new Delivery(
                      logId,
                      target.start(),
                      block.rows().get(number),
                      block.records()[number],
                      next,
                      unitBytes.getAsLong())));
    }
    long last = events.isEmpty() ? 0 : events.getLast().timestampMicros();
    long latest = Long.MIN_VALUE;
    for (RawEvent event : events) {
      latest = Math.max(latest, event.timestampMicros());
    }
    progress.took(block, next, last, latest);
    CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenRun(() -> progress.applied(next));
    answers.addAll(parts);
    checkAnswers();
    watchRefusals(used, block);
  }

  /// The block is taken whatever comes of it: what was refused in it is kept as dead letters.
  private void watchRefusals(FeedDecoder used, FeedDecoder.Block block)
      throws InterruptedException {
    if (lane.isReplica()) {
      return; // its owner watches
    }
    String alarm = null;
    for (FeedDecoder.Share share : block.shares()) {
      String one = host.failureRatios().add(share.schema(), name, share.block());
      alarm = alarm == null ? one : alarm;
    }
    if (alarm != null && host.isPausedByRefusals()) {
      awaitDecision(used, alarm);
    }
  }

  /// Waits until somebody accepts, or until other configs may have mended it.
  private void awaitDecision(FeedDecoder used, String alarm) throws InterruptedException {
    lock.lock();
    try {
      if (acceptedFor == used || decoder != used) {
        return;
      }
      isPaused = true;
      // Under the lock: who reads that it is halted can accept at once.
      progress.enter(
          FeedState.HALTED,
          "%s. %s goes on when a config is applied, or by: tyto feeds accept %s --partition %d"
              .formatted(alarm, name, topic.name(), lane.number()));
      LOG.log(ERROR, String.valueOf(progress.problem()));
      while (isPaused && decoder == used) {
        decided.await();
      }
    } finally {
      isPaused = false;
      lock.unlock();
    }
  }

  /// A partition that stopped says so in its answers.
  private void checkAnswers() {
    while (!answers.isEmpty() && answers.getFirst().isDone()) {
      try {
        answers.removeFirst().join();
      } catch (CompletionException e) {
        answers.clear();
        if (e.getCause() instanceof TytoException cause) {
          throw new TytoException(cause.code(), String.valueOf(cause.getMessage()), cause);
        }
        throw e;
      }
    }
  }

  /// Records that offsets are gone, once that is accepted.
  private void skip(String logId, LogEntry.Gap gap) throws InterruptedException {
    if (!lane.isReplica()) {
      decide(gap);
    }
    for (Lane.Target target : lane.allTargets()) {
      target.partition().skip(logId, target.start(), gap);
    }
    LOG.log(ERROR, "{0}: records {1} to {2} are a gap", name, gap.from(), gap.next() - 1);
    progress.startAt(gap.next());
  }

  private void decide(LogEntry.Gap gap) throws InterruptedException {
    if (host.isGapAccepted()) {
      progress.lost(
          "records %d to %d of %s are lost: %s. `log.gapPolicy: continue` accepted that; this is told until the server restarts"
              .formatted(gap.from(), gap.next() - 1, name, gap.where()));
    } else if (gap.next() > acceptedTo) {
      awaitDecision(gap);
      acceptedTo = gap.next();
    }
  }

  private void awaitDecision(LogEntry.Gap gap) throws InterruptedException {
    lock.lock();
    try {
      refusedGap = gap;
      // Under the lock: who reads that it is halted can accept at once.
      progress.enter(
          FeedState.HALTED,
          "records %d to %d of %s are lost: %s. To go on without them: tyto feeds accept %s --partition %d"
              .formatted(
                  gap.from(), gap.next() - 1, name, gap.where(), topic.name(), lane.number()));
      LOG.log(ERROR, String.valueOf(progress.problem()));
      while (!isGapAccepted) {
        decided.await();
      }
    } finally {
      refusedGap = null;
      isGapAccepted = false;
      lock.unlock();
    }
  }

  private void waitForDisk() throws InterruptedException {
    while (!lane.isReplica() && host.diskGuard().isPausing()) {
      progress.enter(
          FeedState.WAITING,
          "%s waits: %s. Its log keeps the records".formatted(name, host.diskGuard().pause()));
      Thread.sleep(DISK_PAUSE_MILLIS);
    }
  }

  /// Trying again would not help.
  private static boolean isFinal(ErrorCode code) {
    return switch (code) {
      case TOPIC_REPLACED, LOG_CORRUPT, FENCED, DRAINING -> true;
      default -> false;
    };
  }

  private void halt(TytoException reason) {
    String hint =
        switch (reason.code()) {
          case TOPIC_REPLACED ->
              ". To read the new topic from its beginning: tyto feeds accept " + topic.name();
          case LOG_CORRUPT ->
              ". What was read stays. Bring back what the log lost and restart this server; or, where"
                  + " it is lost for good, let the producers write into a new topic, name that in"
                  + " the collection's source and apply the config";
          default -> "";
        };
    progress.enter(FeedState.HALTED, name + ": " + reason.getMessage() + hint);
    LOG.log(ERROR, String.valueOf(progress.problem()));
  }

  private void retryLater(Throwable reason, long pause) {
    answers.clear();
    if (++failures == FAILURES_TOLD) {
      LOG.log(WARNING, "{0} waits: {1}", name, reason.getMessage());
    }
    progress.enter(FeedState.WAITING, name + ": " + reason.getMessage());
    try {
      TimeUnit.MILLISECONDS.sleep(pause);
    } catch (InterruptedException e) {
      // The loop looks at isStopped.
      return;
    }
  }
}
