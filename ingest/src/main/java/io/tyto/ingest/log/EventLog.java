package io.tyto.ingest.log;

/// An ordered, durable sequence of records that partitions are made from: files of our own, a
/// partition of a Kafka topic, a stream of NATS.
///
/// A log is read from an offset on and has no commit of its own: how far it was consumed stands in
/// the partition's manifest. Used by one thread only.
public interface EventLog extends AutoCloseable {
  /// Names this log for ever; another log at the same place, such as a topic that was deleted and
  /// made again, has another id.
  String logId();

  /// Least offset that can still be read.
  long beginning();

  /// First offset that is not durable yet; records below it never change or vanish.
  long stableEnd();

  /// First offset that nothing was written to. Between the stable end and it are records of
  /// transactions that are still open.
  default long end() {
    return stableEnd();
  }

  /// Returns once it is certain that everything its readers gave so far came from this log;
  /// TOPIC_REPLACED where it may have come from another log under the same name. To be called
  /// before what was read is used. LOG_UNAVAILABLE: not known yet.
  default void confirm() {}

  /// The entries from an offset on. What can no longer be read is one {@link LogEntry.Gap}.
  LogReader read(long from);

  @Override
  void close();
}
