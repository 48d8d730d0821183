package io.tyto.ingest.decode;

import io.tyto.engine.load.BytesCells;
import io.tyto.engine.load.Cells;
import io.tyto.engine.load.DoubleCells;
import io.tyto.engine.load.FixedCells;
import io.tyto.engine.load.LongCells;
import io.tyto.engine.load.RowsBuilder;
import io.tyto.model.schema.ColumnType.StringType;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads the values of a record's keys into the cells of their columns.
///
/// A method returns where the value ends, or {@link LineParser#UNUSUAL}. Every text ends with a
/// line break, so nothing looks for its end.
final class JsonValues {
  private static final int UNUSUAL = LineParser.UNUSUAL;

  /// Values of a record's own keys, the record itself being at 1.
  private static final int DEPTH = 2;

  private static final byte UNUSED = 0;
  private static final byte LEAVE = 1;
  private static final byte SKIP = 2;
  private static final byte WHOLE = 3;
  private static final byte OTHER = 4;
  private static final byte NUMBER = 5;
  private static final byte REAL = 6;
  private static final byte BOOL = 7;
  private static final byte TEXT = 8;
  private static final byte UUID = 9;

  private final RowsBuilder rows;
  private final JsonScanner scanner = new JsonScanner();
  private final Digits digits = new Digits();
  private final Cell cell = new Cell();

  private byte[] kinds = new byte[0];
  private int[] columns = new int[0];
  private @Nullable NumberForm[] forms = new NumberForm[0];
  private @Nullable ValueConverter[] converters = new ValueConverter[0];
  private @Nullable LongCells[] longs = new LongCells[0];
  private @Nullable DoubleCells[] doubles = new DoubleCells[0];
  private @Nullable BytesCells[] texts = new BytesCells[0];
  private @Nullable FixedCells[] fixed = new FixedCells[0];
  private byte[] data = {};
  private int end;

  JsonValues(RowsBuilder rows) {
    this.rows = rows;
  }

  void reserve(int keys) {
    kinds = Arrays.copyOf(kinds, keys);
    columns = Arrays.copyOf(columns, keys);
    forms = Arrays.copyOf(forms, keys);
    converters = Arrays.copyOf(converters, keys);
    longs = Arrays.copyOf(longs, keys);
    doubles = Arrays.copyOf(doubles, keys);
    texts = Arrays.copyOf(texts, keys);
    fixed = Arrays.copyOf(fixed, keys);
  }

  boolean isUnused(int key) {
    return kinds[key] == UNUSED;
  }

  /// A record with this key is for the decoder.
  void leave(int key) {
    reserve(Math.max(kinds.length, key + 1));
    kinds[key] = LEAVE;
    columns[key] = -1;
  }

  /// No column wants the key.
  void ignore(int key) {
    kinds[key] = SKIP;
    columns[key] = -1;
  }

  /// The values of the key fill a column.
  void fill(int key, Target target) {
    reserve(Math.max(kinds.length, key + 1));
    columns[key] = target.position();
    ValueConverter converter = target.converter();
    converters[key] = converter;
    forms[key] = converter == null ? null : converter.form();
    Cells cells = rows.cells(target.position());
    if (cells instanceof LongCells column) {
      longs[key] = column;
    } else if (cells instanceof DoubleCells column) {
      doubles[key] = column;
    } else if (cells instanceof BytesCells column) {
      texts[key] = column;
    } else if (cells instanceof FixedCells column) {
      fixed[key] = column;
    }
    kinds[key] = forms[key] != null ? NUMBER : kindOf(converter);
  }

  private static byte kindOf(@Nullable ValueConverter converter) {
    return switch (converter) {
      case null -> WHOLE;
      case ValueConverter.OfString _ -> TEXT;
      case ValueConverter.OfBool _ -> BOOL;
      case ValueConverter.OfDouble _ -> REAL;
      case ValueConverter.OfUuid _ -> UUID;
      case ValueConverter.OfInteger _,
          ValueConverter.OfDecimal _,
          ValueConverter.OfTime _,
          ValueConverter.OfIp _ ->
          OTHER;
    };
  }

  void begin(byte[] newData, int to) {
    data = newData;
    end = to;
    digits.begin(newData);
  }

  void putNull(int key) {
    if (columns[key] >= 0) {
      rows.putNull(columns[key]);
    }
  }

  long longOf(int key, int row) {
    return Objects.requireNonNull(longs[key]).value(row);
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
          case UUID -> Uuids.read(data, at, fixed[key].values(), row * FixedCells.BYTES);
          case REAL -> real(doubles[key], at, row);
          case WHOLE -> whole(texts[key], at, row);
          case SKIP -> skip(at);
          default -> UNUSUAL;
        };
    return stop < 0 && kinds[key] >= OTHER ? other(key, at, row) : stop;
  }

  private int number(NumberForm form, LongCells cells, int at, int row) {
    boolean isNegative = data[at] == '-';
    int first = isNegative ? at + 1 : at;
    int stop = digits.read(first, 0);
    if (stop == first || data[first] == '0' && stop > first + 1) {
      return UNUSUAL;
    }
    int count = stop - first;
    long value = digits.value();
    if (form.fraction() > 0) {
      int fraction = 0;
      if (data[stop] == '.') {
        int point = stop;
        stop = digits.read(point + 1, value);
        fraction = stop - point - 1;
        value = digits.value();
        if (fraction == 0 || fraction > form.fraction()) {
          return UNUSUAL;
        }
      }
      count += form.fraction();
      value *= NumberForm.POWERS[form.fraction() - fraction];
    }
    if (count + form.up() > NumberForm.MAX_DIGITS || isNumberPart(data[stop])) {
      return UNUSUAL;
    }
    value = isNegative ? -value : value;
    if (form.up() > 0) {
      value *= NumberForm.POWERS[form.up()];
    } else if (form.down() > 0) {
      value = Math.floorDiv(value, NumberForm.POWERS[form.down()]);
    }
    if (value < form.min() || value > form.max()) {
      return UNUSUAL;
    }
    cells.put(row, value);
    return stop;
  }

  /// Up to 15 digits and a power of ten are exact, and so is what one division makes of them.
  private int real(DoubleCells cells, int at, int row) {
    boolean isNegative = data[at] == '-';
    int first = isNegative ? at + 1 : at;
    int stop = digits.read(first, 0);
    if (stop == first || data[first] == '0' && stop > first + 1) {
      return UNUSUAL;
    }
    int count = stop - first;
    int fraction = 0;
    if (data[stop] == '.') {
      int point = stop;
      stop = digits.read(point + 1, digits.value());
      fraction = stop - point - 1;
      if (fraction == 0) {
        return UNUSUAL;
      }
    }
    if (count + fraction > NumberForm.MAX_EXACT_DOUBLE_DIGITS || isNumberPart(data[stop])) {
      return UNUSUAL;
    }
    double value = (double) digits.value() / NumberForm.POWERS[fraction];
    cells.put(row, isNegative && value != 0 ? -value : value);
    return stop;
  }

  private static boolean isNumberPart(byte c) {
    return c == '.' || c == 'e' || c == 'E';
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

  private int bool(LongCells cells, int at, int row) {
    if (data[at] == 't' && data[at + 1] == 'r' && data[at + 2] == 'u' && data[at + 3] == 'e') {
      cells.put(row, 1);
      return at + 4;
    }
    if (data[at] == 'f'
        && data[at + 1] == 'a'
        && data[at + 2] == 'l'
        && data[at + 3] == 's'
        && data[at + 4] == 'e') {
      cells.put(row, 0);
      return at + 5;
    }
    return UNUSUAL;
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
    ValueConverter converter = Objects.requireNonNull(converters[key]);
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
    rows.cells(columns[key]).put(row, cell.boxed());
    return utf8(at, scanner.position());
  }

  private int utf8(int from, int to) {
    return Utf8.invalidAt(data, from, to) < 0 ? to : UNUSUAL;
  }
}
