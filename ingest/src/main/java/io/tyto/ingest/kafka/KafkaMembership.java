package io.tyto.ingest.kafka;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.ingest.log.Membership;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// A static member of a consumer group that reads nothing: its partitions are paused as they come,
/// and only which they are is told.
///
/// A member that dies is missed after the group's session timeout, which is the broker's
/// (`group.consumer.session.timeout.ms`); until then its name cannot be taken again either.
final class KafkaMembership implements Membership, ConsumerRebalanceListener {
  private static final System.Logger LOG = System.getLogger(KafkaMembership.class.getName());

  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration CLOSE_WAIT = Duration.ofSeconds(5);
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LAST_PAUSE_MILLIS = 5_000;

  private final Clients clients;
  private final String group;
  private final String member;
  private final Set<String> topics;
  private final String firstTopic;
  private final Listener listener;
  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable String problem;
  private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

  /// Of the first topic; used by the thread only.
  private final Set<Integer> suggested = new TreeSet<>();

  KafkaMembership(
      Clients clients, String group, String member, Set<String> topics, Listener listener) {
    this.clients = clients;
    this.group = group;
    this.member = member;
    this.topics = Set.copyOf(topics);
    this.firstTopic = new TreeSet<>(topics).first();
    this.listener = listener;
    this.thread = Thread.ofPlatform().daemon().name("member-" + group).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  @Override
  public @Nullable String problem() {
    return problem;
  }

  private void run() {
    long pause = FIRST_PAUSE_MILLIS;
    try {
      do {
        try (KafkaConsumer<byte[], byte[]> joined = clients.member(group, member)) {
          consumer = joined;
          joined.subscribe(topics, this);
          while (!isClosed()) {
            joined.poll(POLL);
            problem = null;
            pause = FIRST_PAUSE_MILLIS;
          }
          joined.close(
              CloseOptions.timeout(CLOSE_WAIT)
                  .withGroupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP));
        } catch (KafkaException | IllegalStateException e) {
          note(e);
          forget();
          pause = Math.min(2 * pause, LAST_PAUSE_MILLIS);
        } finally {
          consumer = null;
        }
      } while (!closed.await(pause, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    forget();
  }

  private boolean isClosed() {
    return closed.getCount() == 0;
  }

  private void note(RuntimeException failure) {
    String text =
        "%s cannot join the group %s: %s"
            .formatted(member, group, KafkaSource.rootMessage(failure));
    if (problem == null) {
      LOG.log(WARNING, text);
    }
    problem = text;
  }

  private void forget() {
    suggested.clear();
    listener.suggested(Set.of());
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    KafkaConsumer<byte[], byte[]> joined = consumer;
    if (joined != null && !partitions.isEmpty()) {
      joined.pause(partitions);
      // A position, so that none is looked for: there is nothing committed, and nothing is read.
      partitions.forEach(partition -> joined.seek(partition, 0));
    }
    partitions.stream()
        .filter(partition -> partition.topic().equals(firstTopic))
        .forEach(partition -> suggested.add(partition.partition()));
    LOG.log(INFO, "{0} suggests to {1} the partitions {2}", group, member, suggested);
    listener.suggested(Set.copyOf(suggested));
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    partitions.stream()
        .filter(partition -> partition.topic().equals(firstTopic))
        .forEach(partition -> suggested.remove(partition.partition()));
    LOG.log(INFO, "{0} leaves to {1} the partitions {2}", group, member, suggested);
    listener.suggested(Set.copyOf(suggested));
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    onPartitionsRevoked(partitions);
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(CLOSE_WAIT.multipliedBy(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
