package io.tyto.ingest.decode;

import io.tyto.engine.load.BytesCells;
import io.tyto.engine.load.FixedCells;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.model.schema.ColumnType.StringType;

/// Reads the values of a record's keys into the cells of their columns.
final class JsonValues extends ValueCells {
  /// Values of a record's own keys, the record itself being at 1.
  private static final int DEPTH = 2;

  private final JsonScanner scanner = new JsonScanner();
  private final Cell cell = new Cell();

  JsonValues(RowsBuilder rows) {
    super(rows);
  }

  int readNull(int key, int at) {
    boolean isNull = data[at + 1] == 'u' && data[at + 2] == 'l' && data[at + 3] == 'l';
    return isNull && kinds[key] != LEAVE ? at + 4 : UNUSUAL;
  }

  /// Reads the value that begins at a position; it is not null.
  @SuppressWarnings("NullAway") // the cells of a key are of its kind
  int read(int key, int at, int row) {
    int stop =
        switch (kinds[key]) {
          case NUMBER -> number(forms[key], longs[key], at, row);
          case TEXT -> text(texts[key], at, row);
          case BOOL -> bool(longs[key], at, row);
          case UUID -> uuid(fixed[key], at, row);
          case REAL -> real(doubles[key], at, row);
          case WHOLE -> whole(texts[key], at, row);
          case SKIP -> skip(at);
          default -> UNUSUAL;
        };
    return stop < 0 && kinds[key] >= OTHER ? other(key, at, row) : stop;
  }

  private int text(BytesCells cells, int at, int row) {
    if (data[at] != '"') {
      return UNUSUAL;
    }
    int stop = Texts.endOfPlain(data, at + 1);
    int length = stop - at - 1;
    if (stop < 0 || length > StringType.MAX_BYTES) {
      return UNUSUAL;
    }
    cells.put(row, at + 1, length);
    return stop + 1;
  }

  private int uuid(FixedCells cells, int at, int row) {
    int stop = at + 1 + Uuids.LENGTH;
    boolean isUuid =
        data[at] == '"'
            && stop < data.length
            && data[stop] == '"'
            && Uuids.read(data, at + 1, cells.values(), row * FixedCells.BYTES);
    return isUuid ? stop + 1 : UNUSUAL;
  }

  private int whole(BytesCells cells, int at, int row) {
    int stop = skip(at);
    if (stop >= 0 && stop - at <= StringType.MAX_BYTES) {
      cells.put(row, at, stop - at);
      return stop;
    }
    return UNUSUAL;
  }

  /// Goes past a value, checked as strictly as by the decoder.
  private int skip(int at) {
    if (data[at] == '"') {
      int stop = Texts.endOfPlain(data, at + 1);
      if (stop >= 0) {
        return stop + 1;
      }
    }
    if (data[at] <= ' ') {
      return UNUSUAL;
    }
    int line = at;
    while (line < end && data[line] != '\n') {
      line++;
    }
    try {
      scanner.reset(data, at, line);
      scanner.skip(DEPTH);
    } catch (RejectException e) {
      return UNUSUAL; // the decoder says what it is
    }
    return utf8(at, scanner.position());
  }

  /// Any value that the column's converter takes, in any way of writing it.
  private int other(int key, int at, int row) {
    ValueConverter converter = converter(key);
    try {
      scanner.reset(data, at, end);
      switch (data[at]) {
        case '"' -> {
          scanner.string();
          converter.text(scanner.tokenData(), scanner.tokenFrom(), scanner.tokenTo(), cell);
        }
        case 't' -> {
          scanner.literal("true");
          converter.bool(true, cell);
        }
        case 'f' -> {
          scanner.literal("false");
          converter.bool(false, cell);
        }
        case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> {
          scanner.number();
          converter.number(data, scanner.tokenFrom(), scanner.tokenTo(), cell);
        }
        default -> {
          return UNUSUAL;
        }
      }
    } catch (RejectException e) {
      return UNUSUAL; // the decoder says what it is
    }
    put(key, row, cell);
    return utf8(at, scanner.position());
  }

  private int utf8(int from, int to) {
    return Utf8.invalidAt(data, from, to) < 0 ? to : UNUSUAL;
  }
}
