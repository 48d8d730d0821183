package io.tyto.engine.expression;

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
import io.tyto.model.schema.Values;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Functions on text. Positions and lengths count code points, so that they do not depend on how
/// text is held; order is that of UTF-8 bytes.
final class Texts {
  private Texts() {}

  static long length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// SQL's substring: positions from 1, negative ones from the end; what lies outside is empty.
  static String substring(String text, long from, long count) {
    long length = length(text);
    long begin = from < 0 ? length + from + 1 : from;
    long end = count > length + 1 - Math.min(begin, 1) ? length + 1 : begin + Math.max(count, 0);
    int first = (int) Math.clamp(begin - 1, 0, length);
    int last = (int) Math.clamp(end - 1, first, length);
    int start = text.offsetByCodePoints(0, first);
    return text.substring(start, text.offsetByCodePoints(start, last - first));
  }

  /// All parts between separators, empty ones too, as list elements.
  static @Nullable Object[] split(String text, String separator) {
    List<String> parts = parts(text, separator);
    @Nullable Object[] elements = new Object[parts.size()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = parts.get(i).getBytes(StandardCharsets.UTF_8);
    }
    return elements;
  }

  /// The n-th part from 1, or from the end where n is negative; null where there is none.
  static @Nullable String part(String text, String separator, long n) {
    List<String> parts = parts(text, separator);
    long index = n < 0 ? parts.size() + n : n - 1;
    return index >= 0 && index < parts.size() ? parts.get((int) index) : null;
  }

  /// Order by unsigned UTF-8 bytes, which is that of code points; String's own order differs where
  /// surrogates meet characters above them.
  static int compare(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean isOneSurrogate = Character.isSurrogate(x) != Character.isSurrogate(y);
        return isOneSurrogate ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  /// What `concat` makes of a value: numbers without exponent, times as ISO-8601 in UTC.
  static String text(Object value, ColumnType type) {
    return switch (type) {
      case StringType _, JsonType _, BoolType _, IntType _, LongType _ -> value.toString();
      case DoubleType _ -> plain(BigDecimal.valueOf((Double) value));
      case DecimalType _ -> ((BigDecimal) value).toPlainString();
      case TimestampType _, DateType _ -> Values.fromLong((Scalar) type, (Long) value).toString();
      case UuidType _ -> Values.fromBytes((Scalar) type, (byte[]) value).toString();
      case IpType _ ->
          ((InetAddress) Values.fromBytes((Scalar) type, (byte[]) value)).getHostAddress();
      case ListType _ -> throw new IllegalArgumentException("a list has no text");
    };
  }

  private static String plain(BigDecimal number) {
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }

  private static List<String> parts(String text, String separator) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
  }
}
