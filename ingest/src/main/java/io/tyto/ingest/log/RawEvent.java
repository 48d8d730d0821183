package io.tyto.ingest.log;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A record of a log outside of this process, as its producer wrote it.
///
/// @param timestampMicros when the log took it or its producer wrote it, microseconds since the
///   epoch
/// @param key null where it has none
/// @param payload null where it is a tombstone
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record RawEvent(
    long offset,
    long timestampMicros,
    byte @Nullable [] key,
    byte @Nullable [] payload,
    List<Header> headers)
    implements LogEntry {

  @SuppressWarnings("ArrayRecordComponent") // carried, never compared
  public record Header(String name, byte[] value) {}

  /// The value of the last header of a name, or null.
  public byte @Nullable [] header(String name) {
    for (int i = headers.size() - 1; i >= 0; i--) {
      if (headers.get(i).name().equals(name)) {
        return headers.get(i).value();
      }
    }
    return null;
  }
}
