package io.tyto.ingest.decode;

import io.tyto.engine.load.BytesCells;
import io.tyto.engine.load.FixedCells;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.model.schema.ColumnType.StringType;
import java.util.Arrays;

/// Reads the cells of a CSV record into those of their columns. A cell ends before a delimiter or
/// the line's break.
final class CsvValues extends ValueCells {
  private final CsvDialect dialect;
  private final byte delimiter;
  private final boolean emptyIsNull;
  private final byte[][] nullTokens;
  private final Cell cell = new Cell();
  private boolean isNull;
  private int[] nulls = new int[16];
  private int nullCount;

  CsvValues(RowsBuilder rows, CsvDialect dialect, boolean emptyIsNull, byte[][] nullTokens) {
    super(rows);
    this.dialect = dialect;
    this.delimiter = dialect.delimiter();
    this.emptyIsNull = emptyIsNull;
    this.nullTokens = nullTokens;
  }

  /// Whether the cell read last was null, and is not written.
  boolean isNull() {
    return isNull;
  }

  /// Remembers a cell that was null until the record is known to be taken.
  void noteNull(int key) {
    if (nullCount == nulls.length) {
      nulls = Arrays.copyOf(nulls, 2 * nullCount);
    }
    nulls[nullCount++] = key;
  }

  void forgetNulls() {
    nullCount = 0;
  }

  /// Nulls the cells that were noted, and those from `from` on, which the record is too short for.
  void putNulls(int from, int to) {
    for (int i = 0; i < nullCount; i++) {
      putNull(nulls[i]);
    }
    for (int key = from; key < to; key++) {
      putNull(key);
    }
  }

  /// Reads the cell that begins at a position.
  @SuppressWarnings("NullAway") // the cells of a key are of its kind
  int read(int key, int at, int row) {
    isNull = false;
    if (dialect.isQuote(data[at])) {
      return quoted(key, at, row);
    }
    if (isCellEnd(at) || nullTokens.length > 0) {
      return content(key, at, endOf(at), row);
    }
    int stop =
        switch (kinds[key]) {
          case NUMBER -> number(forms[key], longs[key], at, row);
          case REAL -> real(doubles[key], at, row);
          case BOOL -> bool(longs[key], at, row);
          case UUID -> uuid(fixed[key], at, row);
          default -> UNUSUAL;
        };
    return stop >= 0 && isCellEnd(stop) ? stop : content(key, at, endOf(at), row);
  }

  private int uuid(FixedCells cells, int at, int row) {
    boolean isUuid =
        at + Uuids.LENGTH < data.length
            && Uuids.read(data, at, cells.values(), row * FixedCells.BYTES);
    return isUuid ? at + Uuids.LENGTH : UNUSUAL;
  }

  /// A cell in quotes that holds none, nor a line break.
  private int quoted(int key, int at, int row) {
    int close = at + 1;
    while (data[close] != dialect.quote()) {
      if (data[close] == '\n') {
        return UNUSUAL;
      }
      close++;
    }
    if (!isCellEnd(close + 1)) {
      return UNUSUAL;
    }
    return content(key, at + 1, close, row) < 0 ? UNUSUAL : close + 1;
  }

  /// Takes a cell's content `[from, to)`; returns its end.
  @SuppressWarnings("NullAway") // the cells of a key are of its kind
  private int content(int key, int from, int to, int row) {
    byte kind = kinds[key];
    if (kind == SKIP) {
      return isUtf8(from, to) ? to : UNUSUAL;
    }
    if (from == to && kind == LEAVE && !emptyIsNull) {
      return UNUSUAL; // perhaps an empty list
    }
    if (from == to ? emptyIsNull || kind != TEXT : isNullToken(from, to)) {
      isNull = true;
      return to;
    }
    if (kind == LEAVE || kind == WHOLE || !isUtf8(from, to)) {
      return UNUSUAL;
    }
    return kind == TEXT ? text(texts[key], from, to, row) : convert(key, from, to, row);
  }

  private int text(BytesCells cells, int from, int to, int row) {
    if (to - from > StringType.MAX_BYTES) {
      return UNUSUAL;
    }
    cells.put(row, from, to - from);
    return to;
  }

  private int convert(int key, int from, int to, int row) {
    int start = from;
    int stop = to;
    while (start < stop && data[start] == ' ') {
      start++;
    }
    while (stop > start && data[stop - 1] == ' ') {
      stop--;
    }
    try {
      converter(key).text(data, start, stop, cell);
    } catch (RejectException e) {
      return UNUSUAL; // the decoder says what it is
    }
    put(key, row, cell);
    return to;
  }

  private boolean isNullToken(int from, int to) {
    for (byte[] token : nullTokens) {
      if (Arrays.equals(token, 0, token.length, data, from, to)) {
        return true;
      }
    }
    return false;
  }

  private boolean isUtf8(int from, int to) {
    return Utf8.invalidAt(data, from, to) < 0;
  }

  private int endOf(int from) {
    int at = from;
    while (data[at] != delimiter && data[at] != '\n') {
      at++;
    }
    return data[at] == '\n' && at > from && data[at - 1] == '\r' ? at - 1 : at;
  }

  /// A carriage return before a line break belongs to it.
  private boolean isCellEnd(int at) {
    byte c = data[at];
    return c == delimiter || c == '\n' || c == '\r' && data[at + 1] == '\n';
  }
}
