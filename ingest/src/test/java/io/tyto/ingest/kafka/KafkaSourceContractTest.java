package io.tyto.ingest.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.TransactionalSourceContract;
import io.tyto.testkit.kafka.KafkaBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// Topics of a real broker keep the contract of logs.
final class KafkaSourceContractTest extends TransactionalSourceContract {
  /// Short, because a test waits for it; long enough for a busy machine.
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private static final int ANSWER_SECONDS = 30;
  private static final Map<String, String> BIG_RECORDS = Map.of("max.message.bytes", "20000000");

  @TempDir static Path folder;
  private static KafkaBroker broker;
  private static KafkaSource source;

  /// Not the shared one, because outages are made.
  @BeforeAll
  static void start() {
    broker = KafkaBroker.start(folder);
    source = new KafkaSource(new KafkaOptions(broker.bootstrap(), "tyto", Map.of(), DEADLINE));
  }

  @AfterAll
  static void stop() {
    source.close();
    broker.close();
  }

  @Override
  protected LogSource source() {
    return source;
  }

  @Override
  protected void create(String topic) {
    broker.createTopic(topic, 1, BIG_RECORDS);
  }

  @Override
  protected void delete(String topic) {
    broker.deleteTopic(topic);
  }

  @Override
  protected void dropBelow(long offset) {
    broker.deleteRecords(name(), 0, offset);
  }

  @Override
  protected void outage() {
    broker.pause();
  }

  @Override
  protected void heal() {
    broker.resume();
  }

  @Override
  protected Transaction begin(String... payloads) throws Exception {
    KafkaProducer<byte[], byte[]> producer =
        producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "of " + name()));
    producer.initTransactions();
    producer.beginTransaction();
    for (String payload : payloads) {
      producer
          .send(new ProducerRecord<>(name(), 0, null, payload.getBytes(UTF_8)))
          .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }
    return new Transaction() {
      @Override
      public void commit() {
        producer.commitTransaction();
      }

      @Override
      public void abort() {
        producer.abortTransaction();
      }

      @Override
      public void close() {
        producer.close();
      }
    };
  }

  @Override
  protected void appendTombstone(byte[] key) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer(Map.of())) {
      producer
          .send(new ProducerRecord<>(name(), 0, key, null))
          .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }
  }

  private static KafkaProducer<byte[], byte[]> producer(Map<String, Object> more) {
    Map<String, Object> settings = new java.util.HashMap<>(more);
    settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrap());
    return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
  }
}
