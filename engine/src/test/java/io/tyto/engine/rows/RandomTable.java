package io.tyto.engine.rows;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.TimestampUnit;
import io.tyto.model.schema.Values;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A table with a column of every type and a list of each, and rows drawn from a seed.
///
/// Each column has a shape of its own (constant, sorted, runs, few values, many values, outliers,
/// nulls), so that every encoding finds something to do.
public final class RandomTable {
  private static final List<ColumnType> TYPES =
      List.of(
          ColumnType.STRING,
          ColumnType.BOOL,
          ColumnType.INT,
          ColumnType.LONG,
          ColumnType.DOUBLE,
          new ColumnType.DecimalType(18, 2),
          new ColumnType.DecimalType(38, 10),
          ColumnType.TIMESTAMP,
          new ColumnType.TimestampType(TimestampUnit.MILLIS),
          new ColumnType.TimestampType(TimestampUnit.NANOS),
          ColumnType.DATE,
          ColumnType.UUID,
          ColumnType.IP,
          ColumnType.JSON);

  private enum Shape {
    CONSTANT,
    SORTED,
    RUNS,
    FEW,
    MANY,
    OUTLIERS
  }

  private final Random random;
  private final TableSchema schema;
  private final Shape[] shapes;
  private final int[] nullPercent;
  private final boolean[] isTextForm;
  private final long[] state;

  public RandomTable(long seed) {
    random = new Random(seed);
    List<ColumnSpec> columns = new ArrayList<>();
    columns.add(column(SystemColumns.FIRST_USER_ID, "ts", ColumnType.TIMESTAMP));
    for (int copy = 0; copy < 2; copy++) {
      for (ColumnType type : TYPES) {
        String name = "c" + columns.size();
        columns.add(column(SystemColumns.FIRST_USER_ID + columns.size(), name, type));
      }
    }
    for (ColumnType type : TYPES) {
      if (type instanceof ColumnType.Scalar scalar && !(scalar instanceof ColumnType.JsonType)) {
        String name = "l" + columns.size();
        ColumnType list = new ColumnType.ListType(scalar);
        columns.add(column(SystemColumns.FIRST_USER_ID + columns.size(), name, list));
      }
    }
    schema = schema("random", columns, "ts");
    int count = columns.size();
    shapes = new Shape[count];
    nullPercent = new int[count];
    isTextForm = new boolean[count];
    state = new long[count];
    for (int i = 0; i < count; i++) {
      shapes[i] = Shape.values()[random.nextInt(Shape.values().length)];
      nullPercent[i] = random.nextInt(3) == 0 ? random.nextInt(101) : 0;
      isTextForm[i] = random.nextInt(3) == 0;
      state[i] = random.nextInt(1000);
    }
    shapes[0] = Shape.SORTED;
    nullPercent[0] = 0;
    state[0] = 1_700_000_000_000_000L;
  }

  public static ColumnSpec column(int id, String name, ColumnType type) {
    return new ColumnSpec(
        id, name, name, type, ColumnSpec.Role.AUTO, null, null, null, null, Map.of());
  }

  public static TableSchema schema(String name, List<ColumnSpec> columns, @Nullable String time) {
    EventConfig config = EventConfig.of(name, columns).time(time).build();
    return new TableSchema(1, 2, 3, name, 1, columns, config);
  }

  public TableSchema schema() {
    return schema;
  }

  /// One value per column: Long, Double, byte[], `Object[]` of those, or null.
  public @Nullable Object[] nextRow() {
    @Nullable Object[] row = new Object[schema.columns().size()];
    for (int i = 0; i < row.length; i++) {
      ColumnType type = schema.columns().get(i).type();
      row[i] = random.nextInt(100) < nullPercent[i] ? null : value(i, type);
    }
    return row;
  }

  public static void fill(Row row, @Nullable Object[] values) {
    row.clear();
    for (int i = 0; i < values.length; i++) {
      switch (values[i]) {
        case null -> row.setNull(i);
        case Long value -> row.setLong(i, value);
        case Double value -> row.setDouble(i, value);
        case byte[] value -> row.setBytes(i, value);
        case Object[] value -> row.setList(i, value);
        default -> throw new IllegalArgumentException("no value: " + values[i]);
      }
    }
  }

  private Object value(int column, ColumnType type) {
    if (!(type instanceof ColumnType.ListType list)) {
      return scalar(column, type.element());
    }
    @Nullable Object[] elements =
        new Object[random.nextInt(10) == 0 ? random.nextInt(30) : random.nextInt(4)];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = random.nextInt(10) == 0 ? null : scalar(column, list.element());
    }
    return elements;
  }

  private Object scalar(int column, ColumnType.Scalar type) {
    long raw = raw(column);
    if (type.physical() == Physical.LONG) {
      return switch (type) {
        case ColumnType.BoolType _ -> raw & 1;
        case ColumnType.IntType _ -> (long) (int) raw;
        default -> raw;
      };
    }
    if (type.physical() == Physical.DOUBLE) {
      return isTextForm[column] ? raw / 100.0 : finite(raw);
    }
    return switch (type) {
      case ColumnType.UuidType _ -> Values.toBytes(type, new UUID(raw * 31, raw));
      case ColumnType.DecimalType _ -> Values.wideBytes(BigInteger.valueOf(raw).pow(2));
      case ColumnType.IpType _ -> Values.wideBytes(BigInteger.valueOf(raw));
      case ColumnType.JsonType _ -> utf8("{\"k\":" + raw + ",\"text\":\"some longer text here\"}");
      default -> isTextForm[column] ? hex(column, raw) : text(raw);
    };
  }

  private static byte[] hex(int column, long raw) {
    return switch (column % 3) {
      case 0 -> utf8(new UUID(raw * 31, raw).toString());
      case 1 -> utf8(String.format(Locale.ROOT, "%016X", raw));
      default -> utf8(String.format(Locale.ROOT, "%016x", raw));
    };
  }

  private static byte[] text(long raw) {
    if (raw % 17 == 0) {
      return new byte[0];
    }
    return utf8((raw % 5 == 0 ? "häßlich-😀-" : "value ") + raw);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Object finite(long raw) {
    double value = Double.longBitsToDouble(raw * 0x9E3779B97F4A7C15L);
    return Double.isFinite(value) && value != 0 ? value : 1.5;
  }

  private long raw(int column) {
    return switch (shapes[column]) {
      case CONSTANT -> state[column];
      case SORTED -> state[column] += random.nextInt(4) == 0 ? 1000L * random.nextInt(50) : 1000;
      case RUNS -> {
        if (random.nextInt(50) == 0) {
          state[column] = random.nextInt(1 << 20);
        }
        yield state[column];
      }
      case FEW -> (long) Math.pow(random.nextDouble() * 6, 3) * 7919;
      case MANY -> random.nextLong();
      case OUTLIERS ->
          random.nextInt(200) == 0 ? random.nextLong() : state[column] + random.nextInt(1000);
    };
  }
}
