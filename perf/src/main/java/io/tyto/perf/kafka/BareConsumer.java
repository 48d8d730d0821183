package io.tyto.perf.kafka;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/// The least that anybody can do with a topic of JSON: fetch every record and look at every token.
final class BareConsumer {
  private BareConsumer() {}

  /// Seconds to read so many records of the topics from their beginning.
  static double seconds(String bootstrap, List<String> topics, long records) {
    JsonFactory json = new JsonFactory();
    double begun = System.nanoTime();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                1 << 14,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                4 << 20),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> all = new ArrayList<>();
      for (String topic : topics) {
        for (PartitionInfo partition : consumer.partitionsFor(topic)) {
          all.add(new TopicPartition(topic, partition.partition()));
        }
      }
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long read = 0;
      long tokens = 0;
      while (read < records) {
        for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofMillis(100))) {
          tokens += parse(json, one.value());
          read++;
        }
      }
      if (tokens == 0) {
        throw new IllegalStateException("no record was JSON");
      }
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  /// A broken event ends where it breaks.
  private static long parse(JsonFactory json, byte[] value) {
    try (JsonParser parser = json.createParser(value)) {
      long tokens = 0;
      while (parser.nextToken() != null) {
        tokens++;
      }
      return tokens;
    } catch (IOException e) {
      return 0;
    }
  }
}
