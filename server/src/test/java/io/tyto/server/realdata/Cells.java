package io.tyto.server.realdata;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Cells of a GraphQL answer in document order, and what it means that two are equal.
final class Cells {
  private static final String NOTHING = "\u0000null";

  private Cells() {}

  /// Rows of the first list of rows or nodes below `value`; without one, all scalars are one row.
  static List<List<Object>> rows(Object value) {
    if (value instanceof Map<?, ?> map) {
      for (String list : List.of("rows", "nodes")) {
        if (map.get(list) instanceof List<?> rows) {
          return rows.stream().map(Cells::flat).toList();
        }
      }
      if (map.size() == 1) {
        return rows(map.values().iterator().next());
      }
    }
    return List.of(flat(value));
  }

  private static List<Object> flat(@Nullable Object value) {
    List<Object> cells = new ArrayList<>();
    flatten(value, cells);
    return cells;
  }

  private static void flatten(@Nullable Object value, List<Object> cells) {
    if (value instanceof Map<?, ?> map) {
      map.values().forEach(inner -> flatten(inner, cells));
    } else {
      cells.add(value == null ? NOTHING : value);
    }
  }

  /// Evaluates `2`, `1-2`, `1+2+1`: cell 1 plus cell 2 plus one. A sum with a null is null; the
  /// last term of a sum of three is a constant.
  static Object evaluate(String expression, List<Object> row) {
    String[] plus = expression.split("\\+");
    String[] minus = expression.split("-");
    if (plus.length == 1 && minus.length == 1) {
      return row.get(Integer.parseInt(expression));
    }
    if (minus.length == 2) {
      return combine(
          row.get(Integer.parseInt(minus[0])), row.get(Integer.parseInt(minus[1])), true);
    }
    Object sum =
        combine(row.get(Integer.parseInt(plus[0])), row.get(Integer.parseInt(plus[1])), false);
    return plus.length == 3 ? combine(sum, plus[2], false) : sum;
  }

  private static Object combine(Object left, Object right, boolean subtract) {
    if (left.equals(NOTHING) || right.equals(NOTHING)) {
      return NOTHING;
    }
    BigDecimal a = new BigDecimal(left.toString());
    BigDecimal b = new BigDecimal(right.toString());
    return subtract ? a.subtract(b) : a.add(b);
  }

  static Object localDate(Object dateTime) {
    return OffsetDateTime.parse(dateTime.toString()).toLocalDate().toString();
  }

  static boolean equal(@Nullable Object expected, Object actual, double tolerance) {
    if (expected == null || actual.equals(NOTHING)) {
      return expected == null && actual.equals(NOTHING);
    }
    if (expected.equals(actual)) {
      return true;
    }
    if (expected instanceof List<?> left && actual instanceof List<?> right) {
      return left.equals(right);
    }
    BigDecimal left = number(expected);
    BigDecimal right = number(actual);
    if (left != null && right != null) {
      if (left.compareTo(right) == 0) {
        return true;
      }
      double scale = Math.max(Math.abs(left.doubleValue()), Math.abs(right.doubleValue()));
      boolean isWhole = expected instanceof Long || expected instanceof Integer;
      return !isWhole
          && Math.abs(left.subtract(right).doubleValue()) <= Math.max(tolerance * scale, 1e-300);
    }
    Instant time = time(expected.toString());
    return time != null && time.equals(time(actual.toString()));
  }

  /// A key that sorts equal cells alike, for answers without an order.
  static String sortKey(List<?> row) {
    StringBuilder key = new StringBuilder();
    for (Object cell : row) {
      Object value = cell == null ? NOTHING : cell;
      BigDecimal number = number(value);
      Instant time = number == null ? time(value.toString()) : null;
      key.append(
              number != null
                  ? String.format("%.6e", number.doubleValue())
                  : time != null ? time : value)
          .append('\u0001');
    }
    return key.toString();
  }

  private static @Nullable BigDecimal number(Object value) {
    if (value instanceof Boolean) {
      return null;
    }
    try {
      return new BigDecimal(value.toString());
    } catch (NumberFormatException _) {
      return null;
    }
  }

  private static @Nullable Instant time(String text) {
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(java.time.ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeParseException _) {
      return null;
    }
  }
}
