package io.tyto.model.schema;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads the textual form of a {@link ColumnType}.
final class ColumnTypeParser {
  private static final Pattern DECIMAL =
      Pattern.compile("decimal\\(\\s*(\\d{1,2})\\s*,\\s*(\\d{1,2})\\s*\\)");
  private static final String EXPECTED =
      "expected string, bool, int, long, double, decimal(p,s), timestamp, timestamp(ms|us|ns),"
          + " date, uuid, ip, json, or one of them (except json) followed by []";

  private ColumnTypeParser() {}

  static ColumnType parse(String text) {
    String trimmed = text.strip().toLowerCase(Locale.ROOT);
    if (trimmed.endsWith("[]")) {
      return new ColumnType.ListType(scalar(trimmed.substring(0, trimmed.length() - 2), text));
    }
    return scalar(trimmed, text);
  }

  private static ColumnType.Scalar scalar(String name, String whole) {
    Matcher decimal = DECIMAL.matcher(name);
    if (decimal.matches()) {
      return new ColumnType.DecimalType(
          Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)));
    }
    return switch (name) {
      case "string" -> ColumnType.STRING;
      case "bool" -> ColumnType.BOOL;
      case "int" -> ColumnType.INT;
      case "long" -> ColumnType.LONG;
      case "double" -> ColumnType.DOUBLE;
      case "timestamp", "timestamp(us)" -> ColumnType.TIMESTAMP;
      case "timestamp(ms)" -> new ColumnType.TimestampType(TimestampUnit.MILLIS);
      case "timestamp(ns)" -> new ColumnType.TimestampType(TimestampUnit.NANOS);
      case "date" -> ColumnType.DATE;
      case "uuid" -> ColumnType.UUID;
      case "ip" -> ColumnType.IP;
      case "json" -> ColumnType.JSON;
      default -> throw new IllegalArgumentException("unknown type '" + whole + "': " + EXPECTED);
    };
  }
}
