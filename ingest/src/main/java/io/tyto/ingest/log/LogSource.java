package io.tyto.ingest.log;

import io.tyto.ingest.log.RawEvent.Header;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
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

  /// How far a log reaches.
  ///
  /// @param stableEnd first offset that is not durable yet
  /// @param end first offset that nothing was written to; above the stable end where a transaction
  ///   is open
  record Extent(long beginning, long stableEnd, long end) {}

  /// TOPIC_MISSING where there is none.
  Topic describe(String topic);

  /// How far the logs of a topic reach now, by partition.
  List<Extent> extents(Topic topic);

  /// One log of a topic, for one thread. Opening it reads nothing yet.
  EventLog open(Topic topic, int partition);

  /// Id of that log.
  String logId(Topic topic, int partition);

  /// Offset of the first record that the log took at a time or later; its stable end where there is
  /// none.
  long offsetAt(Topic topic, int partition, Instant time);

  /// Appends a record; completes when the log has it for good. Fails with LOG_UNAVAILABLE, after
  /// which it may be there or not, and OVERLOADED, after which it is not. While nothing is known of
  /// the topic, or the memory for records that wait is full, the call itself takes up to half a
  /// deadline.
  ///
  /// @param partition -1: the source chooses by the key
  CompletableFuture<Void> send(
      Topic topic, int partition, byte @Nullable [] key, byte[] payload, List<Header> headers);

  /// Tells the source how far a topic's logs are committed, for people who watch lag with its own
  /// tools. Nothing rests on it; failures are logged.
  ///
  /// @param next by partition, -1 where nothing is to be told
  void inform(Topic topic, long[] next);

  /// Takes a place among the processes that share the partitions of some topics.
  ///
  /// @param group what all of them join
  /// @param member name of this process among them
  /// @throws io.tyto.model.error.TytoException BAD_USER_INPUT where the source has no such groups
  default Membership join(
      String group, String member, Set<String> topics, Membership.Listener listener) {
    throw new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "topics %s cannot be shared by several processes: only those of Kafka can. Set `ownership: all`, in one process"
            .formatted(topics));
  }

  @Override
  void close();
}
