package io.tyto.ingest.log;

import io.tyto.ingest.log.RawEvent.Header;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A place with logs that others write: a Kafka cluster, a NATS server. Thread-safe.
///
/// Every call that asks it has a deadline and fails with LOG_UNAVAILABLE when that has passed.
public interface LogSource extends AutoCloseable {

  /// A topic as it is now.
  ///
  /// @param incarnation another one after the topic was deleted and made again
  record Topic(String name, String incarnation, int partitions) {}

  /// The words of a reader for a topic that is not there: TOPIC_MISSING.
  Topic describe(String topic);

  /// One log of a topic, for one thread. Opening it reads nothing yet.
  EventLog open(Topic topic, int partition);

  /// Id of that log.
  String logId(Topic topic, int partition);

  /// Offset of the first record that the log took at a time or later; its stable end where there is
  /// none.
  long offsetAt(Topic topic, int partition, Instant time);

  /// Appends a record; completes when the log has it for good. Fails with LOG_UNAVAILABLE, after
  /// which it may be there or not, and OVERLOADED, after which it is not.
  ///
  /// @param partition -1: the source chooses by the key
  CompletableFuture<Void> send(
      Topic topic, int partition, byte @Nullable [] key, byte[] payload, List<Header> headers);

  @Override
  void close();
}
