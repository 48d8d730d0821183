package io.tyto.gateway.export;

import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.result.ResultColumn;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The values of one column of a row group, in Parquet's encodings. Not thread-safe.
///
/// Every column may have nulls; a list is of three levels, as Parquet's rules for lists have it.
final class ParquetLane {
  /// How values lie.
  enum Layout {
    BITS,
    INT64,
    DOUBLE,
    TIMESTAMP,
    DATE,
    DECIMAL,
    TEXT,
    JSON
  }

  private final BulkColumn column;
  private final Layout layout;
  private final boolean isCoded;

  /// A byte each.
  private final Bytes definitions = new Bytes();

  private final Bytes repetitions = new Bytes();
  private final Bytes values = new Bytes();

  /// Where values are texts of a dictionary: an int each.
  private final Bytes codes = new Bytes();

  private final Map<String, Integer> codeOf = new HashMap<>();
  private int present;

  ParquetLane(BulkColumn column) {
    this.column = column;
    this.layout =
        switch (column.type()) {
          case BOOL -> Layout.BITS;
          case LONG -> Layout.INT64;
          case FLOAT -> Layout.DOUBLE;
          case TIME -> Layout.TIMESTAMP;
          case DATE -> Layout.DATE;
          case DECIMAL -> column.scale() == null ? Layout.TEXT : Layout.DECIMAL;
          case TEXT, ID, UUID, IP -> Layout.TEXT;
          case JSON -> Layout.JSON;
        };
    // The ids of records are never the same.
    this.isCoded = layout == Layout.TEXT && !column.name().equals("_id");
  }

  BulkColumn column() {
    return column;
  }

  Layout layout() {
    return layout;
  }

  boolean isCoded() {
    return isCoded;
  }

  /// How many entries the levels have: nulls and empty lists count.
  int entries() {
    return definitions.size();
  }

  int dictionarySize() {
    return codeOf.size();
  }

  /// The values of the dictionary, or those of the rows where there is none.
  Bytes values() {
    return values;
  }

  long sizeBytes() {
    return (long) definitions.size() + repetitions.size() + values.size() + codes.size();
  }

  void clear() {
    definitions.clear();
    repetitions.clear();
    values.clear();
    codes.clear();
    codeOf.clear();
    present = 0;
  }

  /// The data page without its header.
  Bytes page() {
    Bytes page = new Bytes();
    if (column.isList()) {
      levels(page, repetitions, 1);
      levels(page, definitions, 2);
    } else {
      levels(page, definitions, 1);
    }
    if (isCoded) {
      int width = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(codeOf.size() - 1));
      page.addByte(width);
      packed(page, present, width, i -> codes.intAt(i * Integer.BYTES));
    } else {
      page.add(values);
    }
    return page;
  }

  /// Levels behind their length: one run where all are the same, else packed.
  private static void levels(Bytes page, Bytes levels, int width) {
    Bytes encoded = new Bytes();
    int count = levels.size();
    boolean isOne = true;
    for (int i = 1; i < count && isOne; i++) {
      isOne = levels.byteAt(i) == levels.byteAt(0);
    }
    if (isOne && count > 0) {
      encoded.addVarint((long) count << 1);
      encoded.addByte(levels.byteAt(0));
    } else {
      packed(encoded, count, width, levels::byteAt);
    }
    page.addInt(encoded.size());
    page.add(encoded);
  }

  private interface Source {
    int at(int index);
  }

  /// One run of groups of eight numbers, the lowest bits first.
  private static void packed(Bytes out, int count, int width, Source source) {
    int groups = (count + 7) / 8;
    out.addVarint((long) groups << 1 | 1);
    long bits = 0;
    int held = 0;
    for (int i = 0; i < groups * 8; i++) {
      bits |= (long) (i < count ? source.at(i) : 0) << held;
      held += width;
      while (held >= 8) {
        out.addByte((int) bits);
        bits >>>= 8;
        held -= 8;
      }
    }
  }

  void add(ResultColumn from, int row) {
    if (from instanceof ResultColumn.Longs longs
        && layout == Layout.INT64
        && !longs.nulls().get(row)) {
      definitions.addByte(1);
      values.addLong(longs.values()[row]);
      return;
    }
    Object value = column.plain(from.value(row));
    if (!column.isList()) {
      definitions.addByte(value == null ? 0 : 1);
      addValue(value);
    } else if (!(value instanceof List<?> elements)) {
      level(0, 0);
    } else if (elements.isEmpty()) {
      level(0, 1);
    } else {
      int repetition = 0;
      for (Object element : elements) {
        level(repetition, element == null ? 2 : 3);
        addValue(element);
        repetition = 1;
      }
    }
  }

  private void level(int repetition, int definition) {
    repetitions.addByte(repetition);
    definitions.addByte(definition);
  }

  private void addValue(@Nullable Object value) {
    if (value == null) {
      return;
    }
    switch (layout) {
      case BITS -> values.addBit(present, (Boolean) value);
      case INT64 -> values.addLong((Long) value);
      case DOUBLE -> values.addLong(Double.doubleToRawLongBits((Double) value));
      case TIMESTAMP -> values.addLong(ArrowLane.time(value, column.unit()));
      case DATE -> values.addInt(Math.toIntExact(((LocalDate) value).toEpochDay()));
      case DECIMAL -> values.add(Decimals.bytes(column, value, "Parquet"));
      case TEXT -> addText(value instanceof String text ? text : Formats.decimal(value));
      case JSON -> addBytes((String) value);
    }
    present++;
  }

  private void addText(String text) {
    if (!isCoded) {
      addBytes(text);
      return;
    }
    Integer known = codeOf.get(text);
    if (known == null) {
      known = codeOf.size();
      codeOf.put(text, known);
      addBytes(text);
    }
    codes.addInt(known);
  }

  private void addBytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    values.addInt(bytes.length);
    values.add(bytes);
  }
}
