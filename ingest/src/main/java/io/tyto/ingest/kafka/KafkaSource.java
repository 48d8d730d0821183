package io.tyto.ingest.kafka;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.ingest.kafka.TopicGuard.Described;
import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.Membership;
import io.tyto.ingest.log.RawEvent.Header;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/// A Kafka cluster. Thread-safe; connects when it is first asked.
///
/// Consumers are one a log and assigned by hand: the group of Kafka never decides what is read, and
/// a log that stands still holds up no other.
public final class KafkaSource implements LogSource {
  private static final System.Logger LOG = System.getLogger(KafkaSource.class.getName());

  private static final long LOOK_MILLIS = 20;

  private final KafkaOptions options;
  private final Clients clients;
  private final Admin admin;
  private final TopicGuard guard;
  private final Map<String, Integer> partitionsRead = new ConcurrentHashMap<>();
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  public KafkaSource(KafkaOptions options) {
    this.options = options;
    this.clients = new Clients(options);
    try {
      this.admin = clients.admin();
    } catch (KafkaException e) {
      throw new TytoException(
          ErrorCode.LOG_UNAVAILABLE,
          "kafka.brokers is '%s': %s; expected host:port, several with commas"
              .formatted(options.brokers(), rootMessage(e)),
          e);
    }
    this.guard = new TopicGuard(this::describe, options.brokers(), options.deadline());
  }

  @Override
  public Topic describe(String topic) {
    Topic described = find(topic);
    if (described == null) {
      throw new TytoException(
          ErrorCode.TOPIC_MISSING,
          "Kafka at %s has no topic '%s'; create it with the number of partitions that the data shall have"
              .formatted(options.brokers(), topic));
    }
    return described;
  }

  private @Nullable Topic find(String topic) {
    Described described = describe(Set.of(topic)).get(topic);
    TytoException failure = described == null ? null : described.failure();
    if (failure != null) {
      throw failure;
    }
    return described == null ? null : described.topic();
  }

  /// Those of the topics that exist, and of which nothing can be told: one that we may not see
  /// stops no other.
  private Map<String, Described> describe(Set<String> topics) {
    Map<String, Described> found = new HashMap<>();
    admin
        .describeTopics(topics)
        .topicNameValues()
        .forEach((name, answer) -> {
          try {
            TopicDescription description = await(answer.toCompletionStage().toCompletableFuture());
            if (description != null) {
              String incarnation = description.topicId().toString();
              Topic topic = new Topic(name, incarnation, description.partitions().size());
              found.put(name, new Described(topic, null));
            }
          } catch (TytoException e) {
            found.put(name, new Described(null, e));
          }
        });
    return found;
  }

  /// Makes a topic with as many replicas as the brokers do by default, unless it is there; returns
  /// it as it is once all brokers know it.
  public Topic create(String topic, int partitions) {
    NewTopic wanted = new NewTopic(topic, Optional.of(partitions), Optional.empty());
    try {
      admin
          .createTopics(List.of(wanted))
          .all()
          .get(options.deadline().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof TopicExistsException)) {
        throw unavailable("make the topic '" + topic + "'", e);
      }
    } catch (TimeoutException e) {
      throw unavailable("make the topic '" + topic + "'", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while asking Kafka", e);
    }
    return awaitTopic(topic);
  }

  private Topic awaitTopic(String topic) {
    long deadline = System.nanoTime() + options.deadline().toNanos();
    while (true) {
      Topic found = find(topic);
      if (found != null) {
        return found;
      }
      if (System.nanoTime() - deadline > 0) {
        throw new TytoException(
            ErrorCode.LOG_UNAVAILABLE,
            "Kafka at %s made the topic '%s' and does not tell it"
                .formatted(options.brokers(), topic));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }
  }

  @Override
  public List<Extent> extents(Topic topic) {
    long[] first = offsets(topic, OffsetSpec.earliest(), IsolationLevel.READ_COMMITTED);
    long[] stable = offsets(topic, OffsetSpec.latest(), IsolationLevel.READ_COMMITTED);
    long[] last = offsets(topic, OffsetSpec.latest(), IsolationLevel.READ_UNCOMMITTED);
    List<Extent> extents = new ArrayList<>();
    for (int i = 0; i < topic.partitions(); i++) {
      extents.add(new Extent(first[i], stable[i], last[i]));
    }
    return extents;
  }

  @Override
  public String logId(Topic topic, int partition) {
    return "kafka:" + topic.incarnation() + ":" + partition;
  }

  @Override
  public EventLog open(Topic topic, int partition) {
    partitionsRead.put(topic.name(), topic.partitions());
    return new KafkaLog(this, guard, clients, topic, partition);
  }

  @Override
  public long offsetAt(Topic topic, int partition, Instant time) {
    long found = offset(topic, partition, OffsetSpec.forTimestamp(time.toEpochMilli()));
    return found >= 0 ? found : extents(topic).get(partition).stableEnd();
  }

  @Override
  public CompletableFuture<Void> send(
      Topic topic, int partition, byte @Nullable [] key, byte[] payload, List<Header> headers) {
    ProducerRecord<byte[], byte[]> entry =
        new ProducerRecord<>(
            topic.name(), partition < 0 ? null : (Integer) partition, null, key, payload);
    headers.forEach(header -> entry.headers().add(new RecordHeader(header.name(), header.value())));
    CompletableFuture<Void> sent = new CompletableFuture<>();
    try {
      producer()
          .send(
              entry,
              (_, failure) -> {
                if (failure == null) {
                  sent.complete(null);
                } else {
                  sent.completeExceptionally(sendFailure(topic, failure));
                }
              });
    } catch (KafkaException e) {
      sent.completeExceptionally(sendFailure(topic, e));
    }
    return sent;
  }

  @Override
  public void inform(Topic topic, long[] next) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (int i = 0; i < next.length; i++) {
      if (next[i] >= 0) {
        offsets.put(new TopicPartition(topic.name(), i), new OffsetAndMetadata(next[i]));
      }
    }
    if (offsets.isEmpty()) {
      return;
    }
    admin
        .alterConsumerGroupOffsets(options.group(), offsets)
        .all()
        .whenComplete((_, failure) -> {
          if (failure != null) {
            LOG.log(
                WARNING,
                "cannot show the offsets of {0} in the group {1}: {2}",
                topic.name(),
                options.group(),
                failure.getMessage());
          }
        });
  }

  @Override
  public Membership join(
      String group, String member, Set<String> topics, Membership.Listener listener) {
    KafkaMembership membership =
        new KafkaMembership(
            clients, options.group() + "." + group + ".owners", member, topics, listener);
    membership.start();
    return membership;
  }

  @Override
  public void close() {
    guard.close();
    synchronized (this) {
      if (producer != null) {
        producer.close(options.deadline());
      }
    }
    admin.close(Duration.ofSeconds(1));
  }

  /// Partitions of all topics that are read, or were.
  int partitionsRead() {
    return partitionsRead.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// A failure of Kafka's client as ours, with what was being done.
  TytoException unavailable(String what, Throwable cause) {
    return new TytoException(
        ErrorCode.LOG_UNAVAILABLE,
        "Kafka at %s does not %s: %s".formatted(options.brokers(), what, rootMessage(cause)),
        cause);
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    KafkaProducer<byte[], byte[]> known = producer;
    if (known == null) {
      known = clients.producer();
      producer = known;
    }
    return known;
  }

  private long[] offsets(Topic topic, OffsetSpec spec, IsolationLevel isolation) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (int i = 0; i < topic.partitions(); i++) {
      asked.put(new TopicPartition(topic.name(), i), spec);
    }
    Map<TopicPartition, ListOffsetsResultInfo> answers =
        required(topic, admin.listOffsets(asked, new ListOffsetsOptions(isolation)).all());
    long[] offsets = new long[topic.partitions()];
    answers.forEach((partition, answer) -> offsets[partition.partition()] = answer.offset());
    return offsets;
  }

  private long offset(Topic topic, int partition, OffsetSpec spec) {
    TopicPartition where = new TopicPartition(topic.name(), partition);
    ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    Map<TopicPartition, ListOffsetsResultInfo> answers =
        required(topic, admin.listOffsets(Map.of(where, spec), committed).all());
    return Objects.requireNonNull(answers.get(where)).offset();
  }

  private <T> T required(Topic topic, org.apache.kafka.common.KafkaFuture<T> answer) {
    T value = await(answer.toCompletionStage().toCompletableFuture());
    if (value == null) {
      throw new TytoException(
          ErrorCode.TOPIC_MISSING, "Kafka has no topic '%s' any more".formatted(topic.name()));
    }
    return value;
  }

  /// The answer, or null where the topic is not there.
  private <T> @Nullable T await(Future<T> answer) {
    try {
      return answer.get(options.deadline().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof UnknownTopicOrPartitionException
          || cause instanceof UnknownTopicIdException
          || cause instanceof InvalidTopicException) {
        return null;
      }
      throw unavailable("answer", cause == null ? e : cause);
    } catch (TimeoutException e) {
      throw unavailable("answer within " + options.deadline().toSeconds() + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while asking Kafka", e);
    }
  }

  private TytoException sendFailure(Topic topic, Throwable failure) {
    if (failure instanceof RecordTooLargeException) {
      return new TytoException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "the topic '%s' does not take an event of this size: %s"
              .formatted(topic.name(), failure.getMessage()),
          failure);
    }
    if (failure instanceof BufferExhaustedException) {
      return new TytoException(
          ErrorCode.OVERLOADED,
          "events wait for Kafka at %s already, as many as memory is meant for; send again in a moment"
              .formatted(options.brokers()),
          failure);
    }
    return unavailable("take events for '" + topic.name() + "'", failure);
  }

  static String rootMessage(Throwable failure) {
    Throwable root = failure;
    for (Throwable cause = root.getCause(); cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
