package io.tyto.ingest.kafka;

import io.tyto.ingest.log.LogSource.Topic;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.util.HashSet;
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

  private final KafkaSource source;
  private final Duration deadline;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition looked = lock.newCondition();
  private final Condition wanted = lock.newCondition();
  private final Set<String> topics = new HashSet<>();
  private @Nullable Thread thread;
  private boolean isClosed;
  private int waiting;

  /// The last look: when it began, and what it found or why it failed.
  private Look last = new Look(Long.MIN_VALUE, Map.of(), null);

  private record Look(long begunNanos, Map<String, Topic> found, @Nullable TytoException failure) {}

  TopicGuard(KafkaSource source, Duration deadline) {
    this.source = source;
    this.deadline = deadline;
  }

  /// Returns once a look that began now or later found the topic as it was opened. TOPIC_REPLACED,
  /// TOPIC_MISSING, LOG_UNAVAILABLE.
  void confirm(Topic topic) {
    long since = System.nanoTime();
    lock.lock();
    try {
      topics.add(topic.name());
      startOnce();
      waiting++;
      wanted.signal();
      try {
        awaitLookSince(since, topic);
      } finally {
        waiting--;
      }
      judge(topic, last);
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
                .formatted(source.options().brokers(), topic.name(), deadline.toSeconds()));
      }
      left = looked.awaitNanos(left);
    }
  }

  private static void judge(Topic opened, Look look) {
    if (look.failure() != null) {
      throw new TytoException(
          look.failure().code(), String.valueOf(look.failure().getMessage()), look.failure());
    }
    Topic now = look.found().get(opened.name());
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
      Set<String> asked = nextQuestion();
      while (asked != null) {
        long begun = System.nanoTime();
        Look look;
        try {
          look = new Look(begun, source.describe(asked), null);
        } catch (TytoException e) {
          look = new Look(begun, Map.of(), e);
        } catch (RuntimeException e) {
          // Who waits must hear of it: without this thread nothing would be read any more.
          look = new Look(begun, Map.of(), source.unavailable("describe its topics", e));
        }
        answer(look);
        TimeUnit.MILLISECONDS.sleep(DISTANCE_MILLIS);
        asked = nextQuestion();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close();
    }
  }

  private @Nullable Set<String> nextQuestion() throws InterruptedException {
    lock.lock();
    try {
      while (waiting == 0 && !isClosed) {
        wanted.await();
      }
      return isClosed ? null : Set.copyOf(topics);
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
