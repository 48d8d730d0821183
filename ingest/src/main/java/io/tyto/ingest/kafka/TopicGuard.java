package io.tyto.ingest.kafka;

import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Tells readers whether what they fetched still came from the topic they opened.
///
/// A consumer that stands at an offset reads on there when its topic is deleted and made again: it
/// would give the records of the new topic under the numbers of the old one. So what was fetched
/// counts only once a look at the topic, begun after the fetch, found the same incarnation. One
/// look serves all readers that wait, and looks keep a distance, so their number does not depend on
/// how much is read. Thread-safe.
final class TopicGuard implements AutoCloseable {
  private static final long DISTANCE_MILLIS = 40;

  private final Question question;
  private final String brokers;
  private final Duration deadline;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition looked = lock.newCondition();
  private final Condition wanted = lock.newCondition();

  /// How many wait for word of a topic.
  private final Map<String, Integer> waiting = new HashMap<>();

  private @Nullable Thread thread;
  private boolean isClosed;

  private Look last = new Look(Long.MIN_VALUE, Map.of());

  /// What a topic is now, or why that cannot be told.
  record Described(@Nullable Topic topic, @Nullable TytoException failure) {}

  /// Asks for topics; the answer names those that exist, and those of which nothing can be told.
  interface Question {
    Map<String, Described> ask(Set<String> topics);
  }

  /// When it began, and what it found.
  private record Look(long begunNanos, Map<String, Described> found) {}

  /// A look that is due: whoever waits by then is served by it.
  private record Due(long begunNanos, Set<String> topics) {}

  /// @param brokers that are asked, for messages
  TopicGuard(Question question, String brokers, Duration deadline) {
    this.question = question;
    this.brokers = brokers;
    this.deadline = deadline;
  }

  /// Returns once a look that began now or later found the topic as it was opened. TOPIC_REPLACED,
  /// TOPIC_MISSING; LOG_UNAVAILABLE, also where partitions were added: a record may lie where its
  /// key's is no more.
  void confirm(Topic topic) {
    lock.lock();
    try {
      waiting.merge(topic.name(), 1, Integer::sum);
      startOnce();
      wanted.signal();
      try {
        awaitLookSince(System.nanoTime(), topic);
      } finally {
        waiting.computeIfPresent(topic.name(), (_, count) -> count == 1 ? null : count - 1);
      }
      judge(topic, last.found().get(topic.name()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while asking Kafka", e);
    } finally {
      lock.unlock();
    }
  }

  private void awaitLookSince(long since, Topic topic) throws InterruptedException {
    long left = deadline.toNanos();
    while (last.begunNanos() == Long.MIN_VALUE || last.begunNanos() - since < 0) {
      if (isClosed) {
        throw new TytoException(ErrorCode.DRAINING, "the connection to Kafka is being closed");
      }
      if (left <= 0) {
        throw new TytoException(
            ErrorCode.LOG_UNAVAILABLE,
            "Kafka at %s did not describe the topic '%s' within %d s"
                .formatted(brokers, topic.name(), deadline.toSeconds()));
      }
      left = looked.awaitNanos(left);
    }
  }

  private static void judge(Topic opened, @Nullable Described described) {
    TytoException failure = described == null ? null : described.failure();
    if (failure != null) {
      throw new TytoException(failure.code(), String.valueOf(failure.getMessage()), failure);
    }
    Topic now = described == null ? null : described.topic();
    if (now == null) {
      throw new TytoException(
          ErrorCode.TOPIC_MISSING, "Kafka has no topic '%s' any more".formatted(opened.name()));
    }
    if (!now.incarnation().equals(opened.incarnation())) {
      throw new TytoException(
          ErrorCode.TOPIC_REPLACED,
          "the topic '%s' was deleted and made again (id %s, before %s)"
              .formatted(opened.name(), now.incarnation(), opened.incarnation()));
    }
    if (now.partitions() != opened.partitions()) {
      throw new TytoException(
          ErrorCode.LOG_UNAVAILABLE,
          "the topic '%s' has %d partitions now, %d before; it is read on in a moment"
              .formatted(opened.name(), now.partitions(), opened.partitions()));
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      wanted.signalAll();
      looked.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void startOnce() {
    if (thread == null) {
      thread = Thread.ofPlatform().daemon().name("kafka-topics").start(this::run);
    }
  }

  private void run() {
    try {
      Due due = nextLook();
      while (due != null) {
        answer(new Look(due.begunNanos(), look(due.topics())));
        TimeUnit.MILLISECONDS.sleep(DISTANCE_MILLIS);
        due = nextLook();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  private Map<String, Described> look(Set<String> topics) {
    TytoException failure;
    try {
      return question.ask(topics);
    } catch (TytoException e) {
      failure = e;
    } catch (RuntimeException e) {
      // Who waits must hear of it: without this thread nothing would be read any more.
      failure =
          new TytoException(
              ErrorCode.LOG_UNAVAILABLE,
              "Kafka at %s does not describe its topics: %s"
                  .formatted(brokers, KafkaSource.rootMessage(e)),
              e);
    }
    Map<String, Described> all = new HashMap<>();
    for (String topic : topics) {
      all.put(topic, new Described(null, failure));
    }
    return all;
  }

  private @Nullable Due nextLook() throws InterruptedException {
    lock.lock();
    try {
      while (waiting.isEmpty() && !isClosed) {
        wanted.await();
      }
      return isClosed ? null : new Due(System.nanoTime(), Set.copyOf(waiting.keySet()));
    } finally {
      lock.unlock();
    }
  }

  private void answer(Look look) {
    lock.lock();
    try {
      last = look;
      looked.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
