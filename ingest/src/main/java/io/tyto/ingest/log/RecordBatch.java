package io.tyto.ingest.log;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Records on their way into a log or a tail, already in the log's bytes but without offsets.
///
/// Filled by one thread, then handed over; not thread-safe.
public final class RecordBatch {
  /// Longest event id.
  public static final int MAX_EVENT_ID_BYTES = 1 << 15;

  private byte[] bytes;
  private int size;
  private int[] starts = new int[64];
  private int count;

  public RecordBatch(int expectedBytes) {
    bytes = new byte[Math.max(256, expectedBytes)];
  }

  public int count() {
    return count;
  }

  public int sizeBytes() {
    return size;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /// The record at a position, with the offset it was added with.
  public LogRecord record(int position) {
    return RecordFrame.read(bytes, starts[position]);
  }

  /// Whether a record is within what a log takes.
  ///
  /// @param idBytes of the event id, 0 without one
  public static boolean isWithinLimits(int idBytes, int bodyBytes) {
    return idBytes <= MAX_EVENT_ID_BYTES && frameBytes(idBytes, bodyBytes) <= RecordFrame.MAX_BYTES;
  }

  private static long frameBytes(int idBytes, int bodyBytes) {
    return (long) RecordFrame.HEADER_BYTES + idBytes + bodyBytes;
  }

  /// Adds a record; the arrays are copied.
  ///
  /// PAYLOAD_TOO_LARGE where it is not {@link #isWithinLimits}.
  public void add(RecordHead head, byte @Nullable [] eventId, byte[] body, int from, int length) {
    int idBytes = eventId == null ? 0 : eventId.length;
    long frameBytes = frameBytes(idBytes, length);
    if (!isWithinLimits(idBytes, length)) {
      throw new TytoException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "a record takes "
              + frameBytes
              + " bytes; the log takes at most "
              + RecordFrame.MAX_BYTES
              + ", and "
              + MAX_EVENT_ID_BYTES
              + " of event id. Send a smaller event");
    }
    int at = reserve((int) frameBytes);
    RecordFrame.writeHeader(bytes, at, head, eventId == null ? -1 : idBytes, length);
    if (eventId != null) {
      System.arraycopy(eventId, 0, bytes, at + RecordFrame.HEADER_BYTES, idBytes);
    }
    System.arraycopy(body, from, bytes, at + RecordFrame.HEADER_BYTES + idBytes, length);
  }

  byte[] bytes() {
    return bytes;
  }

  int start(int position) {
    return starts[position];
  }

  private int reserve(int frameBytes) {
    int at = size;
    if (at + (long) frameBytes > Integer.MAX_VALUE - 16) {
      throw new TytoException(
          ErrorCode.PAYLOAD_TOO_LARGE,
          "a batch of records goes beyond 2 GiB; send fewer at a time");
    }
    if (at + frameBytes > bytes.length) {
      long doubled = Math.min(2L * bytes.length, Integer.MAX_VALUE - 16);
      bytes = Arrays.copyOf(bytes, Math.max((int) doubled, at + frameBytes));
    }
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, count * 2);
    }
    starts[count++] = at;
    size = at + frameBytes;
    return at;
  }
}
