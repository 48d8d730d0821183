package io.tyto.ingest.kafka;

import java.time.Duration;
import java.util.Map;

/// How a Kafka cluster is reached.
///
/// @param brokers host:port, several with commas
/// @param group the consumer group under whose name committed offsets are shown to lag tools
/// @param properties further settings of Kafka's clients, such as those of SASL; they do not
///   override what exactly-once ingestion needs
/// @param deadline of every call
public record KafkaOptions(
    String brokers, String group, Map<String, String> properties, Duration deadline) {
  public KafkaOptions {
    properties = Map.copyOf(properties);
  }
}
