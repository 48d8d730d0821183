package io.tyto.ingest.enrich;

import io.tyto.engine.row.Row;
import io.tyto.model.plugin.Outputs;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.StringType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.Values;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cells of a row that a step fills.
final class RowOutputs implements Outputs {
  private static final Row NO_ROW = new Row(0);

  private final BoundStep step;
  private Row row = NO_ROW;
  private boolean isHit;

  RowOutputs(BoundStep step) {
    this.step = step;
  }

  void begin(Row newRow) {
    row = newRow;
    isHit = false;
  }

  /// Whether any value was set, wanted or not.
  boolean isHit() {
    return isHit;
  }

  /// Takes back what was set.
  void drop() {
    for (int column : step.outputs()) {
      if (column != BoundStep.NONE) {
        row.setNull(column);
      }
    }
  }

  @Override
  public boolean isWanted(int field) {
    return step.outputs()[field] != BoundStep.NONE;
  }

  @Override
  public void text(int field, @Nullable String value) {
    requireType(field, typeOf(field) instanceof StringType, "text");
    if (value == null) {
      setNull(field);
    } else {
      set(field, value);
    }
  }

  @Override
  public void number(int field, long value) {
    ColumnType type = typeOf(field);
    requireType(field, !type.isList() && type.physical() == Physical.LONG, "a number");
    requireRange(field, type, value);
    isHit = true;
    int column = step.outputs()[field];
    if (column != BoundStep.NONE) {
      row.setLong(column, value);
    }
  }

  @Override
  public void real(int field, double value) {
    ColumnType type = typeOf(field);
    requireType(field, !type.isList() && type.physical() == Physical.DOUBLE, "a double");
    if (!Double.isFinite(value)) {
      throw unfit(field, value);
    }
    isHit = true;
    int column = step.outputs()[field];
    if (column != BoundStep.NONE) {
      row.setDouble(column, value);
    }
  }

  @Override
  public void value(int field, @Nullable Object value) {
    if (value == null) {
      setNull(field);
    } else {
      set(field, value);
    }
  }

  private void set(int field, Object value) {
    isHit = true;
    int column = step.outputs()[field];
    if (column == BoundStep.NONE) {
      return;
    }
    ColumnType type = typeOf(field);
    if (type.isList()) {
      if (!(value instanceof List<?> list)) {
        throw unfit(field, value);
      }
      @Nullable Object[] elements = new @Nullable Object[list.size()];
      for (int i = 0; i < elements.length; i++) {
        Object element = list.get(i);
        elements[i] = element == null ? null : physical(field, type.element(), element);
      }
      row.setList(column, elements);
      return;
    }
    switch (physical(field, type.element(), value)) {
      case Long number -> row.setLong(column, number);
      case Double real -> row.setDouble(column, real);
      case byte[] bytes -> row.setBytes(column, bytes);
      case Object other -> throw unfit(field, other);
    }
  }

  private Object physical(int field, ColumnType.Scalar type, Object value) {
    try {
      return switch (type.physical()) {
        case LONG -> Values.toLong(type, value);
        case DOUBLE -> finite(field, ((Number) value).doubleValue());
        case BYTES -> storable(field, Values.toBytes(type, value));
      };
    } catch (ClassCastException | ArithmeticException e) {
      throw new IllegalArgumentException(unfit(field, value).getMessage(), e);
    }
  }

  private double finite(int field, double value) {
    if (!Double.isFinite(value)) {
      throw unfit(field, value);
    }
    return value;
  }

  private byte[] storable(int field, byte[] bytes) {
    if (bytes.length > StringType.MAX_BYTES) {
      throw new IllegalArgumentException(
          "the field %s was given %d bytes, at most %d"
              .formatted(nameOf(field), bytes.length, StringType.MAX_BYTES));
    }
    return bytes;
  }

  private void setNull(int field) {
    int column = step.outputs()[field];
    if (column != BoundStep.NONE) {
      row.setNull(column);
    }
  }

  private void requireRange(int field, ColumnType type, long value) {
    boolean isWithin =
        switch (type.element()) {
          case ColumnType.BoolType _ -> value == 0 || value == 1;
          case ColumnType.IntType _ -> value == (int) value;
          case ColumnType.DecimalType decimal ->
              Math.abs((double) value) < Math.pow(10, decimal.precision());
          case ColumnType.LongType _,
              ColumnType.TimestampType _,
              ColumnType.DateType _,
              ColumnType.StringType _,
              ColumnType.DoubleType _,
              ColumnType.UuidType _,
              ColumnType.IpType _,
              ColumnType.JsonType _ ->
              true;
        };
    if (!isWithin) {
      throw unfit(field, value);
    }
  }

  private void requireType(int field, boolean isIt, String given) {
    if (!isIt) {
      throw new IllegalArgumentException(
          "the field %s is %s and was given %s".formatted(nameOf(field), typeOf(field), given));
    }
  }

  private IllegalArgumentException unfit(int field, Object value) {
    String text = String.valueOf(value);
    return new IllegalArgumentException(
        "the field %s is %s and was given %s"
            .formatted(
                nameOf(field), typeOf(field), text.length() > 80 ? text.substring(0, 80) : text));
  }

  private ColumnType typeOf(int field) {
    return step.step().adds().get(field).type();
  }

  private String nameOf(int field) {
    return step.step().adds().get(field).name();
  }
}
