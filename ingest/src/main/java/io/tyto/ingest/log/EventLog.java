package io.tyto.ingest.log;

/// An ordered, durable sequence of records that one partition is made from.
///
/// A log is read from an offset on and has no commit of its own: how far it was consumed stands in
/// the partition's manifest. It runs no threads. Used by the partition's writer thread only.
public interface EventLog extends AutoCloseable {
  /// Names this log for ever; another log at the same place has another id.
  String logId();

  /// Least offset that can still be read.
  long beginning();

  /// First offset that is not durable yet; records below it never change or vanish.
  long stableEnd();

  /// The entries from an offset on, up to the stable end of this moment.
  LogReader read(long from);

  @Override
  void close();
}
