package io.tyto.testkit.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class KafkaBrokerTest {
  @TempDir Path folder;

  @Test
  void keepsItsRecordsOverAKillAndAPause() throws Exception {
    try (KafkaBroker broker = KafkaBroker.start(folder.resolve("broker"))) {
      broker.createTopic("events", 2);
      send(broker, "events", 0, "a", "b", "c");
      String before = broker.bootstrap();

      broker.kill();
      broker.restart();

      assertEquals(before, broker.bootstrap());
      broker.pause();
      broker.resume();
      send(broker, "events", 0, "d");
      assertEquals(List.of("a", "b", "c", "d"), read(broker, "events", 0));

      broker.stop();
      broker.restart();
      broker.deleteRecords("events", 0, 2);
      assertEquals(List.of("c", "d"), read(broker, "events", 0));
      broker.addPartitions("events", 3);
      send(broker, "events", 2, "e");
      broker.deleteTopic("events");
      assertThrows(IllegalStateException.class, () -> broker.addPartitions("events", 4));
    }
  }

  @Test
  void isSharedByAllTests() throws Exception {
    KafkaBroker broker = KafkaBroker.shared();
    broker.createTopic("shared", 1);
    send(broker, "shared", 0, "a");

    assertEquals(broker, KafkaBroker.shared());
    TopicPartition partition = new TopicPartition("shared", 0);
    assertEquals(
        1L,
        broker
            .admin()
            .listOffsets(Map.of(partition, OffsetSpec.latest()))
            .partitionResult(partition)
            .get()
            .offset());
  }

  @Test
  void diesWithAParentThatIsKilled() throws Exception {
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                folder.resolve("orphan").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String bootstrap = parent.inputReader().readLine();
    ProcessHandle broker = parent.children().findFirst().orElseThrow();
    int port = Integer.parseInt(bootstrap.substring(bootstrap.indexOf(':') + 1));
    connect(port);

    parent.destroyForcibly().waitFor();

    broker.onExit().get();
    assertThrows(IOException.class, () -> connect(port));
  }

  @Test
  void showsTheBrokersLogWhereItDoesNotStart() throws Exception {
    Path broken = Files.createDirectories(folder.resolve("broken"));
    Files.writeString(
        broken.resolve("broker.properties"),
        "log.dirs="
            + broken.resolve("data")
            + "\nadvertised.listeners=BROKER://127.0.0.1:1\nprocess.roles=nonsense\n");

    String message =
        assertThrows(RuntimeException.class, () -> KafkaBroker.start(broken)).getMessage();

    assertTrue(message.contains("ended while it started"), message);
    assertTrue(message.contains("process.roles"), message);
  }

  /// Starts a broker and waits to be killed.
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws Exception {
      KafkaBroker broker = KafkaBroker.start(Path.of(arguments[0]));
      System.out.println(broker.bootstrap());
      System.in.read();
    }
  }

  private static void connect(int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port));
    }
  }

  private static void send(KafkaBroker broker, String topic, int partition, String... values)
      throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (String value : values) {
        producer.send(new ProducerRecord<>(topic, partition, null, value.getBytes(UTF_8))).get();
      }
    }
  }

  private static List<String> read(KafkaBroker broker, String topic, int partition) {
    TopicPartition from = new TopicPartition(topic, partition);
    List<String> values = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(from));
      consumer.seekToBeginning(List.of(from));
      long end = consumer.endOffsets(List.of(from)).get(from);
      while (consumer.position(from) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          values.add(new String(record.value(), UTF_8));
        }
      }
    }
    return values;
  }
}
