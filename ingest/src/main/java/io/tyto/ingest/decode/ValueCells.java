package io.tyto.ingest.decode;

import io.tyto.engine.load.BytesCells;
import io.tyto.engine.load.Cells;
import io.tyto.engine.load.DoubleCells;
import io.tyto.engine.load.FixedCells;
import io.tyto.engine.load.LongCells;
import io.tyto.engine.load.RowsBuilder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The columns that values go to, by the number of their key or cell, and how values are read that
/// look alike in JSON and CSV.
///
/// What reads returns where the value ends, or {@link LineParser#UNUSUAL}. Every text ends with a
/// line break, so nothing looks for its end.
abstract sealed class ValueCells permits JsonValues, CsvValues {
  static final int UNUSUAL = LineParser.UNUSUAL;

  static final byte UNUSED = 0;
  static final byte LEAVE = 1;
  static final byte SKIP = 2;
  static final byte WHOLE = 3;
  static final byte OTHER = 4;
  static final byte NUMBER = 5;
  static final byte REAL = 6;
  static final byte BOOL = 7;
  static final byte TEXT = 8;
  static final byte UUID = 9;

  private final RowsBuilder rows;
  private final Digits digits = new Digits();

  byte[] kinds = new byte[0];
  private int[] columns = new int[0];
  @Nullable NumberForm[] forms = new NumberForm[0];
  private @Nullable ValueConverter[] converters = new ValueConverter[0];
  @Nullable LongCells[] longs = new LongCells[0];
  @Nullable DoubleCells[] doubles = new DoubleCells[0];
  @Nullable BytesCells[] texts = new BytesCells[0];
  @Nullable FixedCells[] fixed = new FixedCells[0];
  byte[] data = {};
  int end;

  ValueCells(RowsBuilder rows) {
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

  final ValueConverter converter(int key) {
    return Objects.requireNonNull(converters[key]);
  }

  /// Puts what a converter made of a value.
  final void put(int key, int row, Cell cell) {
    rows.cells(columns[key]).put(row, cell.boxed());
  }

  final int number(NumberForm form, LongCells cells, int at, int row) {
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
  final int real(DoubleCells cells, int at, int row) {
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

  final int bool(LongCells cells, int at, int row) {
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
}
