package io.tyto.engine.measure;

import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/// The order of logical values: that of their physical form.
public final class ValueOrder {
  private ValueOrder() {}

  /// Of two values of one column or measure, neither null.
  public static int compare(Object left, Object right) {
    return switch (left) {
      case Long value -> Long.compare(value, (Long) right);
      case Double value -> Double.compare(value, (Double) right);
      case BigDecimal value -> value.compareTo((BigDecimal) right);
      case String value -> compareUtf8(value, (String) right);
      case Boolean value -> Boolean.compare(value, (Boolean) right);
      case Instant value -> value.compareTo((Instant) right);
      case LocalDate value -> value.compareTo((LocalDate) right);
      case UUID _ -> compareBytes(ColumnType.UUID, left, right);
      case InetAddress _ -> compareBytes(ColumnType.IP, left, right);
      case List<?> _ -> Double.compare(Cells.numberOf(left), Cells.numberOf(right));
      default -> throw new IllegalArgumentException("no order among " + left.getClass());
    };
  }

  private static int compareBytes(ColumnType.Scalar type, Object left, Object right) {
    return Arrays.compareUnsigned(Values.toBytes(type, left), Values.toBytes(type, right));
  }

  /// As the UTF-8 bytes compare: by code points. Java compares UTF-16 units, which puts surrogates
  /// (code points from 0x10000) before 0xE000.
  public static int compareUtf8(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean bothHigh = a >= Character.MIN_SURROGATE && b >= Character.MIN_SURROGATE;
        return bothHigh ? rank(a) - rank(b) : a - b;
      }
    }
    return left.length() - right.length();
  }

  private static int rank(char c) {
    return Character.isSurrogate(c) ? c + 0x2000 : c - 0x800;
  }
}
