package io.tyto.ingest.decode;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType.StringType;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Collects the keys of one event that no column reads, with their values as they stand, as one
/// JSON object for the column that keeps them. Reused from event to event; not thread-safe.
final class RestOfEvent {
  private static final int FIRST_CAPACITY = 1 << 10;

  /// One very large event must not hold its memory for ever.
  private static final int MAX_KEPT_CAPACITY = 1 << 16;

  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private final int position;
  private final ColumnSpec column;
  private byte[] bytes = new byte[FIRST_CAPACITY];
  private int length;

  /// @param position of the column in a row
  RestOfEvent(int position, ColumnSpec column) {
    this.position = position;
    this.column = column;
  }

  void clear() {
    length = 0;
    if (bytes.length > MAX_KEPT_CAPACITY) {
      bytes = new byte[FIRST_CAPACITY];
    }
  }

  /// Adds a member as it stands in the event: key, colon and value.
  void addMember(byte[] data, int from, int to) {
    separate();
    put(data, from, to);
  }

  /// Adds a member by its key, quoted, and its value.
  void addMember(byte[] key, byte[] value) {
    separate();
    put(key, 0, key.length);
    put((byte) ':');
    put(value, 0, value.length);
  }

  /// The column that keeps what is collected.
  ColumnSpec column() {
    return column;
  }

  /// Adds a member whose value is a text, neither of them quoted yet.
  void addText(byte[] key, byte[] data, int from, int to) {
    separate();
    putQuoted(key, 0, key.length);
    put((byte) ':');
    putQuoted(data, from, to);
  }

  /// Null where there was nothing.
  void moveTo(Row row) throws RejectException {
    if (length == 0) {
      return;
    }
    put((byte) '}');
    if (length > StringType.MAX_BYTES) {
      throw RejectException.of(
          Code.TOO_LARGE,
          column,
          "%d bytes of keys that no field reads".formatted(length),
          "at most " + StringType.MAX_BYTES);
    }
    row.setBytes(position, Arrays.copyOf(bytes, length));
  }

  private void separate() {
    put((byte) (length == 0 ? '{' : ','));
  }

  private void putQuoted(byte[] data, int from, int to) {
    put((byte) '"');
    for (int i = from; i < to; i++) {
      byte c = data[i];
      if (c == '"' || c == '\\') {
        put((byte) '\\');
        put(c);
      } else if (c >= 0 && c < ' ') {
        put("\\u00".getBytes(StandardCharsets.US_ASCII), 0, 4);
        put(HEX[c >> 4]);
        put(HEX[c & 0xf]);
      } else {
        put(c);
      }
    }
    put((byte) '"');
  }

  private void put(byte c) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = c;
  }

  private void put(byte[] data, int from, int to) {
    int needed = length + to - from;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, needed));
    }
    System.arraycopy(data, from, bytes, length, to - from);
    length = needed;
  }
}
