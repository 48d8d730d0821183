package io.tyto.ingest.enrich;

import io.tyto.engine.row.Row;
import io.tyto.model.plugin.Inputs;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.Values;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The cells of a row that a step reads.
final class RowInputs implements Inputs {
  private static final Row NO_ROW = new Row(0);

  private final BoundStep step;
  private Row row = NO_ROW;

  RowInputs(BoundStep step) {
    this.step = step;
  }

  /// Returns whether there is anything to read.
  boolean begin(Row newRow) {
    row = newRow;
    for (int column : step.inputs()) {
      if (column != BoundStep.NONE && !row.isNull(column)) {
        return true;
      }
    }
    return step.inputs().length == 0;
  }

  @Override
  public boolean isNull(int field) {
    int column = step.inputs()[field];
    return column == BoundStep.NONE || row.isNull(column);
  }

  @Override
  public String text(int field) {
    int column = required(field);
    ColumnType type = step.type(column);
    if (!(type instanceof ColumnType.StringType || type instanceof ColumnType.JsonType)) {
      throw wrong(field, "text");
    }
    return new String(row.bytesAt(column), StandardCharsets.UTF_8);
  }

  @Override
  public long number(int field) {
    int column = required(field, Physical.LONG, "a number");
    return row.longAt(column);
  }

  @Override
  public double real(int field) {
    int column = required(field, Physical.DOUBLE, "a double");
    return row.doubleAt(column);
  }

  @Override
  public byte[] bytes(int field) {
    int column = required(field, Physical.BYTES, "bytes");
    return row.bytesAt(column);
  }

  @Override
  public @Nullable Object value(int field) {
    if (isNull(field)) {
      return null;
    }
    int column = step.inputs()[field];
    ColumnType.Scalar type = step.type(column).element();
    return switch (row.kind(column)) {
      case NULL -> null;
      case LONG -> Values.fromLong(type, row.longAt(column));
      case DOUBLE -> row.doubleAt(column);
      case BYTES -> Values.fromBytes(type, row.bytesAt(column));
      case LIST -> list(type, row.listAt(column));
    };
  }

  private static List<@Nullable Object> list(ColumnType.Scalar type, @Nullable Object[] elements) {
    List<@Nullable Object> list = new ArrayList<>(elements.length);
    for (Object element : elements) {
      list.add(
          switch (element) {
            case Long number -> Values.fromLong(type, number);
            case byte[] bytes -> Values.fromBytes(type, bytes);
            case null, default -> element;
          });
    }
    return list;
  }

  private int required(int field) {
    if (isNull(field)) {
      throw new IllegalStateException(
          "the input %s is null; ask isNull first"
              .formatted(step.step().reads().get(field).name()));
    }
    return step.inputs()[field];
  }

  private int required(int field, Physical physical, String asked) {
    int column = required(field);
    ColumnType type = step.type(column);
    if (type.isList() || type.physical() != physical) {
      throw wrong(field, asked);
    }
    return column;
  }

  private IllegalStateException wrong(int field, String asked) {
    return new IllegalStateException(
        "the input %s is %s and was asked for as %s"
            .formatted(
                step.step().reads().get(field).name(), step.type(step.inputs()[field]), asked));
  }
}
