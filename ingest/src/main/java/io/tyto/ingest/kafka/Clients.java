package io.tyto.ingest.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Makes Kafka's clients with the settings that exactly-once ingestion rests on. Thread-safe.
final class Clients {
  /// Records of one poll: enough that a block of columns pays.
  private static final int POLL_RECORDS = 1 << 14;

  /// All consumers together hold at most this part of the heap ready, and as much on its way.
  private static final int FETCH_SHARE = 16;

  private static final int LEAST_FETCH_BYTES = 64 << 10;
  private static final int MOST_FETCH_BYTES = 4 << 20;
  private static final int LARGEST_RECORD_BYTES = 16 << 20;
  private static final int SEND_BUFFER_BYTES = 64 << 20;
  private static final int LINGER_MILLIS = 5;
  private static final int FETCH_WAIT_MILLIS = 100;
  private static final int RECONNECT_MILLIS = 1_000;

  private final KafkaOptions options;

  Clients(KafkaOptions options) {
    this.options = options;
  }

  Admin admin() {
    Map<String, Object> settings = common();
    settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis());
    return Admin.create(settings);
  }

  /// A consumer of partitions that are assigned by hand. It commits nothing, joins no group, and
  /// never chooses an offset by itself.
  ///
  /// @param among so many in this process
  KafkaConsumer<byte[], byte[]> consumer(String name, int among) {
    int fetchBytes = fetchBytes(among);
    Map<String, Object> settings = common();
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
    settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, fetchBytes);
    settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, fetchBytes);
    settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis());
    return new KafkaConsumer<>(settings);
  }

  /// A static member of a group of the newer protocol. The broker assigns ranges: of several topics
  /// alike, the partitions of one number go to one member.
  KafkaConsumer<byte[], byte[]> member(String group, String name) {
    Map<String, Object> settings = common();
    settings.put(ConsumerConfig.CLIENT_ID_CONFIG, "tyto-member-" + name);
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, name);
    settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
    settings.put(ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG, "range");
    settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    settings.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millis());
    return new KafkaConsumer<>(settings);
  }

  /// A producer whose records are written once and by every replica before they count as sent.
  KafkaProducer<byte[], byte[]> producer() {
    Map<String, Object> settings = common();
    settings.put(ProducerConfig.ACKS_CONFIG, "all");
    settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    settings.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis());
    settings.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis() / 2);
    // For a topic's metadata only. The buffer takes twice what FeedIntake lets wait: who sends more
    // is told to come again at once, and holds no thread.
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis() / 2);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, SEND_BUFFER_BYTES);
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_RECORD_BYTES);
    settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return new KafkaProducer<>(settings);
  }

  private static int fetchBytes(int consumers) {
    long share = Runtime.getRuntime().maxMemory() / FETCH_SHARE / Math.max(1, consumers);
    return Math.clamp(share, LEAST_FETCH_BYTES, MOST_FETCH_BYTES);
  }

  private int millis() {
    return Math.toIntExact(options.deadline().toMillis());
  }

  private Map<String, Object> common() {
    Map<String, Object> settings = new HashMap<>(options.properties());
    settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, options.brokers());
    settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MILLIS);
    settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, Math.max(1_000, millis() / 2));
    settings.put(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, false);
    return settings;
  }
}
