package io.tyto.ingest.log;

import io.tyto.ingest.log.RawEvent.Header;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Logs in memory that behave like Kafka's: transactions, marks that take a number, retention,
/// compaction, topics that are made again, outages. What it gives depends on the calls alone.
///
/// Thread-safe. A reader of it waits for more at most `waitMillis`.
public final class MemorySource implements LogSource {
  private final Clock clock;
  private final long waitMillis;
  private final Map<String, Stored> topics = new HashMap<>();
  private final Map<String, Long> informed = new HashMap<>();
  private final Map<String, Set<Integer>> suggested = new HashMap<>();
  private final Map<String, List<Membership.Listener>> members = new HashMap<>();
  private int incarnations;
  private int turns;
  private boolean isAway;

  /// What happens to records that are sent next.
  public enum Fate {
    TAKEN,
    /// Taken, but the sender hears of an outage.
    ANSWER_LOST,
    /// Not taken, and the sender hears of an outage.
    LOST
  }

  private Fate fate = Fate.TAKEN;

  private record Stored(Topic topic, List<Log> logs) {}

  /// One partition. A null slot is a number that no record has any more, or never had.
  private static final class Log {
    final List<@Nullable RawEvent> slots = new ArrayList<>();
    final List<OpenTransaction> open = new ArrayList<>();
    long beginning;

    long stableEnd() {
      long end = slots.size();
      for (OpenTransaction transaction : open) {
        end = Math.min(end, transaction.first);
      }
      return end;
    }
  }

  /// A transaction that was begun; {@link #commit} or {@link #abort} ends it by a mark.
  public final class OpenTransaction {
    private final Log log;
    private final long first;
    private final List<Long> offsets = new ArrayList<>();

    private OpenTransaction(Log log) {
      this.log = log;
      this.first = log.slots.size();
    }

    public void append(byte @Nullable [] key, byte[] payload, List<Header> headers) {
      synchronized (MemorySource.this) {
        offsets.add(add(log, key, payload, headers));
      }
    }

    public void commit() {
      end(List.of());
    }

    public void abort() {
      end(offsets);
    }

    private void end(List<Long> removed) {
      synchronized (MemorySource.this) {
        removed.forEach(offset -> log.slots.set(Math.toIntExact(offset), null));
        log.slots.add(null);
        log.open.remove(this);
        MemorySource.this.notifyAll();
      }
    }
  }

  public MemorySource(Clock clock, long waitMillis) {
    this.clock = clock;
    this.waitMillis = waitMillis;
  }

  // What a test does to it.

  public synchronized void create(String topic, int partitions) {
    String incarnation = "i" + ++incarnations;
    Stored stored = new Stored(new Topic(topic, incarnation, partitions), new ArrayList<>());
    for (int i = 0; i < partitions; i++) {
      stored.logs().add(new Log());
    }
    if (topics.putIfAbsent(topic, stored) != null) {
      throw new IllegalStateException("there is a topic " + topic);
    }
  }

  public synchronized void delete(String topic) {
    topics.remove(topic);
    notifyAll();
  }

  public synchronized void addPartitions(String topic, int partitions) {
    Stored stored = stored(topic);
    Topic grown = new Topic(topic, stored.topic().incarnation(), partitions);
    topics.put(topic, new Stored(grown, stored.logs()));
    while (stored.logs().size() < partitions) {
      stored.logs().add(new Log());
    }
  }

  /// Deletes all records below an offset, as retention does.
  public synchronized void deleteRecords(String topic, int partition, long below) {
    Log log = stored(topic).logs().get(partition);
    if (below > log.stableEnd()) {
      throw new IllegalArgumentException(below + " is beyond " + log.stableEnd());
    }
    log.beginning = Math.max(log.beginning, below);
    for (int i = 0; i < below; i++) {
      log.slots.set(i, null);
    }
  }

  /// Skips numbers, as marks and compaction do.
  public synchronized void skip(String topic, int partition, int numbers) {
    for (int i = 0; i < numbers; i++) {
      stored(topic).logs().get(partition).slots.add(null);
    }
    notifyAll();
  }

  /// Cuts the end off, as an unclean election of a leader does.
  public synchronized void truncate(String topic, int partition, long end) {
    Log log = stored(topic).logs().get(partition);
    log.slots.subList(Math.toIntExact(end), log.slots.size()).clear();
  }

  /// Appends a record at once and tells its offset.
  public synchronized long append(
      String topic,
      int partition,
      byte @Nullable [] key,
      byte @Nullable [] payload,
      List<Header> headers) {
    return add(stored(topic).logs().get(partition), key, payload, headers);
  }

  public synchronized OpenTransaction begin(String topic, int partition) {
    Log log = stored(topic).logs().get(partition);
    OpenTransaction transaction = new OpenTransaction(log);
    log.open.add(transaction);
    return transaction;
  }

  public synchronized void away(boolean value) {
    isAway = value;
    notifyAll();
  }

  public synchronized void fate(Fate value) {
    fate = value;
  }

  /// What was said last of how far a log is committed, or -1.
  public synchronized long informed(String topic, int partition) {
    return informed.getOrDefault(topic + "/" + partition, -1L);
  }

  /// Suggests partitions of all topics to a member, who may come later; returns once it handed over
  /// what it is suggested no more.
  public void suggest(String member, Set<Integer> partitions) {
    List<Membership.Listener> listeners;
    synchronized (this) {
      suggested.put(member, Set.copyOf(partitions));
      listeners = List.copyOf(members.getOrDefault(member, List.of()));
    }
    listeners.forEach(listener -> listener.suggested(partitions));
  }

  // The source.

  @Override
  public Membership join(
      String group, String member, Set<String> shared, Membership.Listener listener) {
    Set<Integer> now;
    synchronized (this) {
      members.computeIfAbsent(member, _ -> new ArrayList<>()).add(listener);
      now = suggested.getOrDefault(member, Set.of());
    }
    listener.suggested(now);
    return new Place(member, listener);
  }

  private final class Place implements Membership {
    private final String member;
    private final Membership.Listener listener;

    Place(String member, Membership.Listener listener) {
      this.member = member;
      this.listener = listener;
    }

    @Override
    public @Nullable String problem() {
      return null;
    }

    @Override
    public void close() {
      synchronized (MemorySource.this) {
        members.getOrDefault(member, new ArrayList<>()).remove(listener);
      }
    }
  }

  @Override
  public synchronized Topic describe(String topic) {
    requireThere();
    return stored(topic).topic();
  }

  @Override
  public synchronized List<Extent> extents(Topic topic) {
    List<Extent> extents = new ArrayList<>();
    for (Log log : logs(topic)) {
      extents.add(new Extent(log.beginning, log.stableEnd(), log.slots.size()));
    }
    return extents;
  }

  @Override
  public EventLog open(Topic topic, int partition) {
    return new MemoryLog(topic, partition);
  }

  @Override
  public String logId(Topic topic, int partition) {
    return "memory:" + topic.incarnation() + ":" + partition;
  }

  @Override
  public synchronized long offsetAt(Topic topic, int partition, Instant time) {
    Log log = logs(topic).get(partition);
    long micros = time.toEpochMilli() * 1000;
    for (long offset = log.beginning; offset < log.stableEnd(); offset++) {
      RawEvent event = log.slots.get(Math.toIntExact(offset));
      if (event != null && event.timestampMicros() >= micros) {
        return offset;
      }
    }
    return log.stableEnd();
  }

  @Override
  public synchronized CompletableFuture<Void> send(
      Topic topic, int partition, byte @Nullable [] key, byte[] payload, List<Header> headers) {
    try {
      List<Log> logs = logs(topic);
      if (fate != Fate.LOST) {
        // Without a key, senders take turns.
        int choice = key == null ? turns++ : Arrays.hashCode(key);
        int chosen = partition >= 0 ? partition : Math.floorMod(choice, logs.size());
        add(logs.get(chosen), key, payload, headers);
      }
    } catch (TytoException e) {
      return CompletableFuture.failedFuture(e);
    }
    return fate == Fate.TAKEN
        ? CompletableFuture.completedFuture(null)
        : CompletableFuture.failedFuture(away());
  }

  @Override
  public synchronized void inform(Topic topic, long[] next) {
    for (int i = 0; i < next.length; i++) {
      if (next[i] >= 0) {
        informed.put(topic.name() + "/" + i, next[i]);
      }
    }
  }

  @Override
  public void close() {}

  private long add(
      Log log, byte @Nullable [] key, byte @Nullable [] payload, List<Header> headers) {
    long offset = log.slots.size();
    long micros = clock.instant().toEpochMilli() * 1000;
    log.slots.add(new RawEvent(offset, micros, key, payload, List.copyOf(headers)));
    notifyAll();
    return offset;
  }

  private void requireThere() {
    if (isAway) {
      throw away();
    }
  }

  private static TytoException away() {
    return new TytoException(ErrorCode.LOG_UNAVAILABLE, "the logs in memory are away");
  }

  private Stored stored(String topic) {
    Stored stored = topics.get(topic);
    if (stored == null) {
      throw new TytoException(ErrorCode.TOPIC_MISSING, "there is no topic '" + topic + "'");
    }
    return stored;
  }

  /// The logs of this very incarnation.
  private List<Log> logs(Topic topic) {
    requireThere();
    Stored stored = stored(topic.name());
    if (!stored.topic().incarnation().equals(topic.incarnation())) {
      throw new TytoException(
          ErrorCode.TOPIC_REPLACED, "the topic '" + topic.name() + "' was made again");
    }
    return stored.logs();
  }

  private final class MemoryLog implements EventLog {
    private final Topic topic;
    private final int partition;

    MemoryLog(Topic topic, int partition) {
      this.topic = topic;
      this.partition = partition;
    }

    @Override
    public String logId() {
      return MemorySource.this.logId(topic, partition);
    }

    @Override
    public long beginning() {
      return extents(topic).get(partition).beginning();
    }

    @Override
    public long stableEnd() {
      return extents(topic).get(partition).stableEnd();
    }

    @Override
    public long end() {
      return extents(topic).get(partition).end();
    }

    @Override
    public void confirm() {
      synchronized (MemorySource.this) {
        if (logs(topic).size() != topic.partitions()) {
          throw new TytoException(
              ErrorCode.LOG_UNAVAILABLE, "partitions were added to '" + topic.name() + "'");
        }
      }
    }

    @Override
    public LogReader read(long from) {
      return new MemoryReader(topic, partition, from);
    }

    @Override
    public void close() {}
  }

  private final class MemoryReader implements LogReader {
    private final Topic topic;
    private final int partition;
    private long position;

    MemoryReader(Topic topic, int partition, long from) {
      this.topic = topic;
      this.partition = partition;
      this.position = from;
    }

    @Override
    public @Nullable LogEntry next() {
      synchronized (MemorySource.this) {
        LogEntry entry = step();
        if (entry == null && waitMillis > 0) {
          try {
            MemorySource.this.wait(waitMillis);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TytoException(ErrorCode.CANCELLED, "interrupted while reading", e);
          }
          entry = step();
        }
        return entry;
      }
    }

    public boolean isReady() {
      synchronized (MemorySource.this) {
        Log log = logs(topic).get(partition);
        return position < log.stableEnd();
      }
    }

    private @Nullable LogEntry step() {
      Log log = logs(topic).get(partition);
      if (position < log.beginning) {
        LogEntry.Gap gap =
            new LogEntry.Gap(position, log.beginning, "retention of topic " + topic.name());
        position = log.beginning;
        return gap;
      }
      if (position > log.slots.size()) {
        throw new TytoException(
            ErrorCode.LOG_CORRUPT,
            "the topic '%s' ends at %d, before %d"
                .formatted(topic.name(), log.slots.size(), position));
      }
      while (position < log.stableEnd()) {
        RawEvent event = log.slots.get(Math.toIntExact(position++));
        if (event != null) {
          return event;
        }
      }
      return null;
    }

    @Override
    public long position() {
      return position;
    }

    @Override
    public void close() {}
  }
}
