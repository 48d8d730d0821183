package io.tyto.gateway.export;

import io.tyto.graphqlschema.bulk.BulkColumn;
import io.tyto.graphqlschema.schema.ApiType;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.TimestampUnit;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The values of one column of a record batch, in Arrow's layout. Not thread-safe.
final class ArrowLane {
  /// How the values lie.
  enum Layout {
    BITS,
    INT64,
    FLOAT64,
    TIMESTAMP,
    DATE32,
    DECIMAL128,
    UTF8,
    /// Numbers of texts in a dictionary.
    CODES,
    LIST
  }

  /// A dictionary that is larger is begun anew with the next batch.
  private static final int MAX_DICTIONARY_BYTES = 1 << 20;

  private final BulkColumn column;
  private final Layout layout;
  private final Bytes validity = new Bytes();
  private final Bytes offsets = new Bytes();
  private final Bytes values = new Bytes();
  private final @Nullable ArrowLane elements;
  private final Map<String, Integer> codes = new HashMap<>();
  private final ArrowTexts dictionary = new ArrowTexts();
  private boolean isDictionaryNew = true;
  private int count;
  private int nulls;

  // Rows are mostly ordered, so that a value comes many times in a row.
  private @Nullable Object last;
  private int lastCode;

  ArrowLane(BulkColumn column) {
    this(column, column.isList() ? Layout.LIST : layout(column, false));
  }

  private ArrowLane(BulkColumn column, Layout layout) {
    this.column = column;
    this.layout = layout;
    this.elements = layout == Layout.LIST ? new ArrowLane(column, layout(column, true)) : null;
    clear();
  }

  private static Layout layout(BulkColumn column, boolean isElement) {
    return switch (column.type()) {
      case BOOL -> Layout.BITS;
      case LONG -> Layout.INT64;
      case FLOAT -> Layout.FLOAT64;
      case TIME -> Layout.TIMESTAMP;
      case DATE -> Layout.DATE32;
      // Without a scale of the column every value would have its own.
      case DECIMAL -> column.scale() == null ? Layout.UTF8 : Layout.DECIMAL128;
      case UUID, JSON -> Layout.UTF8;
      // The ids of records are never the same.
      case TEXT, ID, IP -> isElement || column.name().equals("_id") ? Layout.UTF8 : Layout.CODES;
    };
  }

  Layout layout() {
    return layout;
  }

  BulkColumn column() {
    return column;
  }

  @Nullable ArrowLane elements() {
    return elements;
  }

  int count() {
    return count;
  }

  int nulls() {
    return nulls;
  }

  /// What the values hold, and the texts they are numbers of.
  long sizeBytes() {
    return (long) offsets.size()
        + values.size()
        + dictionary.sizeBytes()
        + (elements == null ? 0 : elements.sizeBytes());
  }

  /// Empty where every value is there.
  Bytes validity() {
    return nulls == 0 ? ArrowTexts.NONE : validity;
  }

  /// The buffers behind validity, in Arrow's order.
  List<Bytes> data() {
    return switch (layout) {
      case UTF8 -> List.of(offsets, values);
      case LIST -> List.of(offsets);
      case BITS, INT64, FLOAT64, TIMESTAMP, DATE32, DECIMAL128, CODES -> List.of(values);
    };
  }

  /// The texts behind codes where readers do not have all of them yet, else null; from then on they
  /// have.
  @Nullable ArrowTexts newDictionary() {
    if (layout != Layout.CODES || !isDictionaryNew) {
      return null;
    }
    isDictionaryNew = false;
    return dictionary;
  }

  void clear() {
    validity.clear();
    offsets.clear();
    values.clear();
    count = 0;
    nulls = 0;
    if (layout == Layout.UTF8 || layout == Layout.LIST) {
      offsets.addInt(0);
    }
    if (elements != null) {
      elements.clear();
    }
    if (dictionary.sizeBytes() > MAX_DICTIONARY_BYTES) {
      dictionary.clear();
      codes.clear();
      last = null;
      isDictionaryNew = true;
    }
  }

  void add(ResultColumn from, int row) {
    if (from instanceof ResultColumn.Longs longs && layout == Layout.INT64) {
      if (!longs.nulls().get(row)) {
        present();
        values.addLong(longs.values()[row]);
        return;
      }
    } else if (from instanceof ResultColumn.Doubles doubles
        && layout == Layout.FLOAT64
        && !doubles.nulls().get(row)) {
      present();
      values.addLong(Double.doubleToRawLongBits(doubles.values()[row]));
      return;
    }
    Object value = from.value(row);
    if (value != null && layout == Layout.CODES) {
      if (!value.equals(last)) {
        Object text = column.plain(value);
        if (text == null) {
          addNull();
          return;
        }
        lastCode = code((String) text);
        last = value;
      }
      present();
      values.addInt(lastCode);
      return;
    }
    add(column.plain(value));
  }

  private int code(String text) {
    Integer known = codes.get(text);
    if (known != null) {
      return known;
    }
    int code = codes.size();
    codes.put(text, code);
    dictionary.add(text);
    isDictionaryNew = true;
    return code;
  }

  private void present() {
    validity.addBit(count++, true);
  }

  private void addNull() {
    validity.addBit(count, false);
    nulls++;
    switch (layout) {
      case BITS -> values.addBit(count, false);
      case INT64, FLOAT64, TIMESTAMP -> values.addLong(0);
      case DATE32, CODES -> values.addInt(0);
      case DECIMAL128 -> {
        values.addLong(0);
        values.addLong(0);
      }
      case UTF8 -> offsets.addInt(values.size());
      case LIST -> offsets.addInt(elementCount());
    }
    count++;
  }

  private int elementCount() {
    return elements == null ? 0 : elements.count;
  }

  private void add(@Nullable Object value) {
    if (value == null) {
      addNull();
      return;
    }
    switch (layout) {
      case BITS -> values.addBit(count, (Boolean) value);
      case INT64 -> values.addLong((Long) value);
      case FLOAT64 -> values.addLong(Double.doubleToRawLongBits((Double) value));
      case TIMESTAMP -> values.addLong(time(value, column.unit()));
      case DATE32 -> values.addInt(Math.toIntExact(((LocalDate) value).toEpochDay()));
      case DECIMAL128 -> addDecimal(value);
      case CODES -> values.addInt(code((String) value));
      case UTF8 -> {
        String text = column.type() == ApiType.DECIMAL ? Formats.decimal(value) : (String) value;
        values.add(text.getBytes(StandardCharsets.UTF_8));
        offsets.addInt(values.size());
      }
      case LIST -> {
        ArrowLane inner = elements;
        if (inner != null) {
          for (Object element : (List<?>) value) {
            inner.add(element);
          }
        }
        offsets.addInt(elementCount());
      }
    }
    present();
  }

  static long time(Object value, TimestampUnit unit) {
    return unit.fromInstant(
        value instanceof OffsetDateTime time ? time.toInstant() : (Instant) value);
  }

  private void addDecimal(Object value) {
    byte[] bytes = Decimals.bytes(column, value, "Arrow");
    for (int i = bytes.length - 1; i >= 0; i--) {
      values.addByte(bytes[i]);
    }
  }

  /// The names of all columns with their lanes.
  static List<ArrowLane> of(List<BulkColumn> columns) {
    List<ArrowLane> lanes = new ArrayList<>();
    columns.forEach(column -> lanes.add(new ArrowLane(column)));
    return lanes;
  }
}
