package io.tyto.model.schema;

import java.time.Instant;

/// The log outside of this process that brings the events of a collection.
///
/// @param topic of Kafka, or stream of NATS
/// @param format how a record's bytes are read: `json`, or the name of another decoder
/// @param start where a log that was never read before is read from
public record Feed(Kind kind, String topic, String format, Start start, Partitioner partitioner) {

  public enum Kind {
    KAFKA,
    NATS
  }

  /// How the producers choose a record's partition by its key, which is the entity's key as text.
  public enum Partitioner {
    /// As Kafka's Java clients do.
    MURMUR2,
    /// As librdkafka does by default.
    CRC32,
    /// In no way that keeps an entity together.
    NONE
  }

  /// Where reading begins.
  public sealed interface Start {
    Start EARLIEST = new Earliest();
    Start LATEST = new Latest();

    record Earliest() implements Start {}

    record Latest() implements Start {}

    /// At the first record that the log took at a time or later.
    record At(Instant time) implements Start {}
  }
}
