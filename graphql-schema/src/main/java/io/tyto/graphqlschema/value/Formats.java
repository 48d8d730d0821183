package io.tyto.graphqlschema.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;

/// Writes logical values the one way the API shows them. Thread-safe: no state.
public final class Formats {
  /// The integers that every JSON reader keeps exact.
  private static final long MAX_SAFE = (1L << 53) - 1;

  private Formats() {}

  public static boolean isSafe(long value) {
    return -MAX_SAFE <= value && value <= MAX_SAFE;
  }

  /// A number where every client reads it exactly, else its digits; see {@link Longs}.
  public static Object longNumber(long value) {
    return isSafe(value) && !Longs.areStrings() ? (Object) value : Long.toString(value);
  }

  /// Digits without an exponent.
  public static String decimal(Object value) {
    return switch (value) {
      case BigDecimal decimal -> decimal.toPlainString();
      case BigInteger integer -> integer.toString();
      case Double number -> BigDecimal.valueOf(number).toPlainString();
      default -> value.toString();
    };
  }

  /// RFC 3339; seconds are always there, which `OffsetDateTime.toString` does not promise.
  public static String time(Object value) {
    return switch (value) {
      case Instant instant -> DateTimeFormatter.ISO_INSTANT.format(instant);
      case OffsetDateTime time ->
          isPlain(time) ? plain(time) : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
      default -> throw new IllegalArgumentException("not a time: " + value.getClass());
    };
  }

  /// Whole seconds of four-digit years, which buckets nearly always begin and end with.
  private static boolean isPlain(OffsetDateTime time) {
    return time.getNano() == 0 && time.getYear() >= 0 && time.getYear() <= 9_999;
  }

  /// What the formatter makes of such a time, in a tenth of the time.
  private static String plain(OffsetDateTime time) {
    StringBuilder text = new StringBuilder(25);
    two(text, time.getYear() / 100);
    two(text, time.getYear() % 100);
    two(text.append('-'), time.getMonthValue());
    two(text.append('-'), time.getDayOfMonth());
    two(text.append('T'), time.getHour());
    two(text.append(':'), time.getMinute());
    two(text.append(':'), time.getSecond());
    return text.append(time.getOffset().getId()).toString();
  }

  private static void two(StringBuilder text, int number) {
    text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  /// Any logical value as text.
  public static String text(Object value) {
    return switch (value) {
      case BigDecimal decimal -> decimal.toPlainString();
      case Instant instant -> time(instant);
      case OffsetDateTime time -> time(time);
      case InetAddress address -> ip(address);
      default -> value.toString();
    };
  }

  /// JSON that is text already.
  public static StreamedValue json(String json) {
    return sink -> sink.raw(json);
  }

  /// IPv4 dotted, IPv6 as RFC 5952 wants it: lower case, the longest run of zeros as `::`.
  private static String ip(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address.getHostAddress();
    }
    byte[] bytes = address.getAddress();
    int[] groups = new int[8];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | bytes[2 * i + 1] & 0xff;
    }
    int start = 0;
    int length = 0;
    for (int i = 0; i < groups.length; i++) {
      int end = i;
      while (end < groups.length && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    if (length < 2) {
      return hex(groups, 0, groups.length);
    }
    return hex(groups, 0, start) + "::" + hex(groups, start + length, groups.length);
  }

  private static String hex(int[] groups, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
