package io.tyto.ingest;

import io.tyto.ingest.decode.RawRecord;
import io.tyto.ingest.decode.RecordReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Some consecutive records of a file, copied so that another thread can decode them. Immutable.
final class RawChunk {
  private static final int MAX_RECORDS = 4096;
  private static final int MAX_BYTES = 1 << 20;

  private final List<RawRecord> records;
  private final long bytes;

  private RawChunk(List<RawRecord> records, long bytes) {
    this.records = records;
    this.bytes = bytes;
  }

  /// The next records, or null at the end of the file.
  static @Nullable RawChunk read(RecordReader reader) {
    List<RawRecord> records = new ArrayList<>();
    long bytes = 0;
    while (records.size() < MAX_RECORDS && bytes < MAX_BYTES) {
      RawRecord raw = reader.next();
      if (raw == null) {
        break;
      }
      byte[] data = raw.copy();
      bytes += data.length;
      records.add(new RawRecord(raw.number(), raw.byteOffset(), data, 0, data.length, raw.fault()));
    }
    return records.isEmpty() ? null : new RawChunk(records, bytes);
  }

  int size() {
    return records.size();
  }

  long sizeBytes() {
    return bytes;
  }

  RawRecord record(int position) {
    return records.get(position);
  }

  /// Number of the record behind the last.
  long next() {
    return records.getLast().number() + 1;
  }
}
