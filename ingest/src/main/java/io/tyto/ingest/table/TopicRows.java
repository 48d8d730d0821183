package io.tyto.ingest.table;

import io.tyto.ingest.log.EventLog;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogReader;
import io.tyto.ingest.log.LogSource;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A topic from its beginning to its end of now: the last record of each key, and none where that
/// has no value.
///
/// @param maxBytes of the keys and records that count
record TopicRows(LogSource source, String topic, long maxBytes) {

  void read(TableRows rows) {
    LogSource.Topic described = source.describe(topic);
    List<LogSource.Extent> extents = source.extents(described);
    Map<ByteBuffer, byte[]> last = new LinkedHashMap<>();
    long bytes = 0;
    for (int partition = 0; partition < extents.size(); partition++) {
      try (EventLog log = source.open(described, partition);
          LogReader reader = log.read(extents.get(partition).beginning())) {
        while (reader.position() < extents.get(partition).stableEnd()) {
          if (Thread.currentThread().isInterrupted()) {
            throw new TytoException(
                ErrorCode.CANCELLED, "the load of topic %s was interrupted".formatted(topic));
          }
          LogEntry entry = reader.next();
          if (entry instanceof RawEvent record) {
            bytes += take(record, partition, last);
            requireRoom(bytes);
          }
        }
        log.confirm();
      }
    }
    rows.addJson(List.copyOf(last.values()));
  }

  /// Returns by how much the bytes grow.
  private long take(RawEvent record, int partition, Map<ByteBuffer, byte[]> last) {
    byte[] key = record.key();
    if (key == null) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "topic %s/%d, offset %d: a record without a key; a table's topic is compacted by key"
              .formatted(topic, partition, record.offset()));
    }
    byte[] payload = record.payload();
    byte[] before =
        payload == null
            ? last.remove(ByteBuffer.wrap(key))
            : last.put(ByteBuffer.wrap(key), payload);
    long grown = payload == null ? 0 : key.length + (long) payload.length;
    return grown - (before == null ? 0 : key.length + (long) before.length);
  }

  private void requireRoom(long bytes) {
    if (bytes > maxBytes) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "topic %s has more than the %,d bytes that `limits.bytes` allows"
              .formatted(topic, maxBytes));
    }
  }
}
