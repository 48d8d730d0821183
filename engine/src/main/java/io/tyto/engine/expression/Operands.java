package io.tyto.engine.expression;

import io.tyto.engine.lookup.LookupTable;
import io.tyto.engine.row.Row;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.ColumnVector.AllNull;
import io.tyto.engine.vector.ColumnVector.Bytes;
import io.tyto.engine.vector.ColumnVector.Doubles;
import io.tyto.engine.vector.ColumnVector.Lists;
import io.tyto.engine.vector.ColumnVector.Longs;
import io.tyto.engine.vector.ColumnVector.Ordinals;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.ColumnType.BoolType;
import io.tyto.model.schema.ColumnType.DateType;
import io.tyto.model.schema.ColumnType.DecimalType;
import io.tyto.model.schema.ColumnType.DoubleType;
import io.tyto.model.schema.ColumnType.IntType;
import io.tyto.model.schema.ColumnType.IpType;
import io.tyto.model.schema.ColumnType.JsonType;
import io.tyto.model.schema.ColumnType.ListType;
import io.tyto.model.schema.ColumnType.LongType;
import io.tyto.model.schema.ColumnType.Scalar;
import io.tyto.model.schema.ColumnType.StringType;
import io.tyto.model.schema.ColumnType.TimestampType;
import io.tyto.model.schema.ColumnType.UuidType;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.Values;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The form in which expressions compute, between physical and logical: what is cheap to get from a
/// column and still has Java's operators.
///
/// | type | form |
/// |---|---|
/// | bool | Boolean |
/// | int, long, timestamp, date | Long, as stored |
/// | double | Double |
/// | decimal | BigDecimal with the type's scale |
/// | string, json | String |
/// | uuid, ip | byte[16], as stored |
/// | list | Object[] of physical values (Long, Double, byte[] or null), as in {@link Row#listAt} |
final class Operands {
  private Operands() {}

  /// A cell of a row.
  static @Nullable Object ofRow(Row row, int column, ColumnType type) {
    return switch (row.kind(column)) {
      case NULL -> null;
      case LONG -> ofLong(type.element(), row.longAt(column));
      case DOUBLE -> row.doubleAt(column);
      case BYTES -> ofBytes(type.element(), row.bytesAt(column));
      case LIST -> row.listAt(column);
    };
  }

  /// One position of a vector.
  static @Nullable Object ofVector(ColumnVector vector, int position, ColumnType type) {
    if (vector.isNull(position)) {
      return null;
    }
    return switch (vector) {
      case AllNull _ -> null;
      case Longs(_, long[] values, _) -> ofLong(type.element(), values[position]);
      case Doubles(_, double[] values, _) -> values[position];
      case Ordinals _, Bytes _ -> ofBytes(type.element(), bytes(vector, position));
      case Lists(_, int[] offsets, ColumnVector elements, _) ->
          list(elements, offsets[position], offsets[position + 1]);
    };
  }

  /// A logical value, as literals hold it.
  static @Nullable Object ofLogical(@Nullable Object value, ColumnType type) {
    if (value == null) {
      return null;
    }
    return switch (type) {
      case TimestampType _, DateType _ -> Values.toLong((Scalar) type, value);
      case UuidType _, IpType _ -> Values.toBytes((Scalar) type, value);
      case StringType _,
          JsonType _,
          BoolType _,
          IntType _,
          LongType _,
          DoubleType _,
          DecimalType _,
          ListType _ ->
          value;
    };
  }

  /// Sets a cell of a row; a value too long to store is null.
  static void set(Row row, int column, ColumnType type, @Nullable Object value) {
    if (value == null) {
      row.setNull(column);
      return;
    }
    if (type instanceof ListType) {
      row.setList(column, (@Nullable Object[]) value);
      return;
    }
    switch (type.physical()) {
      case LONG -> row.setLong(column, toLong(type.element(), value));
      case DOUBLE -> row.setDouble(column, (Double) value);
      case BYTES -> {
        byte[] bytes = toBytes(type.element(), value);
        if (isStorable(bytes)) {
          row.setBytes(column, bytes);
        } else {
          row.setNull(column);
        }
      }
    }
  }

  /// The row of a dimension table that has a key, or {@link LookupTable#NONE}.
  static int find(LookupTable table, Object key, ColumnType keyType) {
    return table.keyType().physical() == Physical.BYTES
        ? table.find(toBytes(keyType.element(), key))
        : table.find(toLong(keyType.element(), key));
  }

  /// A cell of a dimension table.
  static @Nullable Object ofTable(LookupTable table, int row, int column) {
    if (row == LookupTable.NONE || table.isNull(row, column)) {
      return null;
    }
    Scalar type = table.type(column).element();
    return switch (type.physical()) {
      case LONG -> ofLong(type, table.longAt(row, column));
      case DOUBLE -> table.doubleAt(row, column);
      case BYTES -> ofBytes(type, table.bytesAt(row, column));
    };
  }

  static boolean isStorable(byte[] bytes) {
    return bytes.length <= StringType.MAX_BYTES;
  }

  static long toLong(Scalar type, Object value) {
    return switch (value) {
      case Long number -> number;
      case Boolean bool -> bool ? 1 : 0;
      default -> Values.toLong(type, value);
    };
  }

  static byte[] toBytes(Scalar type, Object value) {
    return value instanceof byte[] bytes ? bytes : Values.toBytes(type, value);
  }

  /// The physical form of one element of a list.
  static Object toElement(Scalar type, Object value) {
    return switch (type.physical()) {
      case Physical.LONG -> toLong(type, value);
      case Physical.DOUBLE -> value;
      case Physical.BYTES -> toBytes(type, value);
    };
  }

  private static Object ofLong(Scalar type, long value) {
    return switch (type) {
      case BoolType _ -> value != 0;
      case DecimalType _ -> Values.fromLong(type, value);
      case IntType _,
          LongType _,
          TimestampType _,
          DateType _,
          StringType _,
          DoubleType _,
          UuidType _,
          IpType _,
          JsonType _ ->
          value;
    };
  }

  private static Object ofBytes(Scalar type, byte[] value) {
    return switch (type) {
      case StringType _, JsonType _ -> new String(value, StandardCharsets.UTF_8);
      case DecimalType _ -> Values.fromBytes(type, value);
      case UuidType _,
          IpType _,
          BoolType _,
          IntType _,
          LongType _,
          DoubleType _,
          TimestampType _,
          DateType _ ->
          value;
    };
  }

  private static @Nullable Object[] list(ColumnVector elements, int from, int to) {
    @Nullable Object[] list = new Object[to - from];
    for (int i = from; i < to; i++) {
      list[i - from] = elements.isNull(i) ? null : element(elements, i);
    }
    return list;
  }

  private static @Nullable Object element(ColumnVector elements, int position) {
    return switch (elements) {
      case AllNull _ -> null;
      case Longs(_, long[] values, _) -> values[position];
      case Doubles(_, double[] values, _) -> values[position];
      case Ordinals _, Bytes _ -> bytes(elements, position);
      case Lists _ -> throw new IllegalStateException("a list holds no lists");
    };
  }

  private static byte[] bytes(ColumnVector vector, int position) {
    return switch (vector) {
      case Ordinals ordinals -> ordinals.dictionary().value(ordinals.values()[position]);
      case Bytes(_, byte[] data, int[] offsets, _) ->
          Arrays.copyOfRange(data, offsets[position], offsets[position + 1]);
      case AllNull _, Longs _, Doubles _, Lists _ ->
          throw new IllegalStateException("a vector of bytes expected, found " + vector.getClass());
    };
  }
}
