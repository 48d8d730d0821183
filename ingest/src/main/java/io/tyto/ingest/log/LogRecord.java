package io.tyto.ingest.log;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One record: a window on a shared buffer, to be read before the buffer changes.
///
/// @param receivedMicros time of arrival, microseconds since the epoch
/// @param keyHash hash that chose the partition
/// @param collection numeric id
/// @param schemaVersion of the collection, by which the body was encoded
/// @param mayRepeat its event id was brought by another log before, and not committed there:
///   whether it is a repetition is decided anew when it is applied
/// @param eventIdLength -1 where the record has no event id
public record LogRecord(
    long offset,
    long receivedMicros,
    long keyHash,
    Kind kind,
    int collection,
    int schemaVersion,
    boolean mayRepeat,
    byte[] buffer,
    int eventIdStart,
    int eventIdLength,
    int bodyStart,
    int bodyLength)
    implements LogEntry {

  /// What the body is.
  public enum Kind {
    EVENT(1),
    DEAD_LETTER(2);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static Kind of(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("record kind " + code + " is not known");
    }
  }

  public LogRecord withOffset(long newOffset) {
    return new LogRecord(
        newOffset,
        receivedMicros,
        keyHash,
        kind,
        collection,
        schemaVersion,
        mayRepeat,
        buffer,
        eventIdStart,
        eventIdLength,
        bodyStart,
        bodyLength);
  }

  /// A copy of the event id, or null where there is none.
  public byte @Nullable [] eventId() {
    return eventIdLength < 0
        ? null
        : Arrays.copyOfRange(buffer, eventIdStart, eventIdStart + eventIdLength);
  }

  /// A copy of the body.
  public byte[] body() {
    return Arrays.copyOfRange(buffer, bodyStart, bodyStart + bodyLength);
  }
}
