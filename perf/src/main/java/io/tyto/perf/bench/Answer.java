package io.tyto.perf.bench;

import io.tyto.model.result.Bucket;
import io.tyto.model.result.ResultColumn;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Rows of cells in one form, whoever answered: exact numbers are BigDecimal, others Double, times
/// LocalDateTime (of the zone that was asked for), everything else text.
record Answer(List<List<@Nullable Object>> rows) {
  /// What sums of decimals as doubles, and averages, may differ by.
  private static final double LAST_DIGITS = 1e-9;

  static final double APPROXIMATE = 0.02;

  static Answer of(List<ResultColumn> columns) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    int count = columns.isEmpty() ? 0 : columns.getFirst().size();
    for (int row = 0; row < count; row++) {
      List<@Nullable Object> cells = new ArrayList<>();
      for (ResultColumn column : columns) {
        add(column.value(row), cells);
      }
      rows.add(cells);
    }
    return new Answer(rows);
  }

  /// Lists, such as several quantiles, are as many cells.
  static void add(@Nullable Object value, List<@Nullable Object> cells) {
    if (value instanceof List<?> list) {
      list.forEach(each -> cells.add(cell(each)));
    } else {
      cells.add(cell(value));
    }
  }

  private static @Nullable Object cell(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case BigDecimal decimal -> decimal;
      case BigInteger integer -> new BigDecimal(integer);
      case Double number -> number;
      case Float number -> number.doubleValue();
      case Number number -> BigDecimal.valueOf(number.longValue());
      case Bucket bucket -> bucket.start().toLocalDateTime();
      case Instant instant -> LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
      case Timestamp timestamp -> timestamp.toLocalDateTime();
      case LocalDate date -> date.atStartOfDay();
      case LocalDateTime time -> time;
      default -> value.toString();
    };
  }

  /// Where the other answer differs, or null.
  ///
  /// @param tolerance relative, for all numbers; 0 where exact ones must be equal
  @Nullable String difference(Answer other, double tolerance) {
    if (rows.size() != other.rows.size()) {
      return other.rows.size() + " rows, expected " + rows.size();
    }
    for (int i = 0; i < rows.size(); i++) {
      List<@Nullable Object> expected = rows.get(i);
      List<@Nullable Object> found = other.rows.get(i);
      boolean isEqual = expected.size() == found.size();
      for (int j = 0; isEqual && j < expected.size(); j++) {
        isEqual = equal(expected.get(j), found.get(j), tolerance);
      }
      if (!isEqual) {
        return "row %d is %s, expected %s".formatted(i + 1, found, expected);
      }
    }
    return null;
  }

  private static boolean equal(@Nullable Object a, @Nullable Object b, double tolerance) {
    if (a instanceof BigDecimal x && b instanceof BigDecimal y && tolerance == 0) {
      return x.compareTo(y) == 0;
    }
    if (a instanceof Number x && b instanceof Number y) {
      double expected = x.doubleValue();
      double allowed = Math.max(tolerance, LAST_DIGITS) * Math.max(Math.abs(expected), 1);
      return Math.abs(expected - y.doubleValue()) <= allowed;
    }
    return Objects.equals(a, b);
  }
}
