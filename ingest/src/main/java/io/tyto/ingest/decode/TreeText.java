package io.tyto.ingest.decode;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.tyto.ingest.decode.Rejection.Code;
import io.tyto.model.plugin.JsonText;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType.StringType;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Values of a tree as text: numbers as JSON writes them, and whole values as JSON. Reused by one
/// thread.
final class TreeText {
  /// A number of more digits is beyond every column, and is not worth its text.
  private static final int MAX_BITS = 1 << 10;

  private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);

  private final JsonScanner scanner = new JsonScanner();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static RejectException tooDeep() {
    return RejectException.of(
        Code.TOO_DEEP, "nested more than " + DecodeLimits.MAX_DEPTH + " levels deep");
  }

  /// A number as JSON writes it: a float as the shortest decimal that means it; null where it is
  /// not finite, or of more digits than any column has.
  static byte @Nullable [] digits(Number number) {
    return switch (number) {
      case Double value when !Double.isFinite(value) -> null;
      case Float value when !Float.isFinite(value) -> null;
      case BigInteger value when value.bitLength() > MAX_BITS -> null;
      case BigDecimal value when value.unscaledValue().bitLength() > MAX_BITS -> null;
      default -> number.toString().getBytes(US_ASCII);
    };
  }

  /// What {@link #digits} does not take, for a message.
  static String unfit(Number number) {
    return number instanceof Double || number instanceof Float
        ? number.toString()
        : "a number of more than %d bits".formatted(MAX_BITS);
  }

  static byte[] utf8(CharSequence text, ColumnSpec column) throws RejectException {
    String whole = text.toString();
    for (int i = 0; i < whole.length(); i++) {
      if (Character.isSurrogate(whole.charAt(i))) {
        boolean isPair =
            i + 1 < whole.length()
                && Character.isSurrogatePair(whole.charAt(i), whole.charAt(i + 1));
        if (!isPair) {
          throw RejectException.of(
              Code.INVALID_UTF8, column, "half of a surrogate pair", "valid Unicode");
        }
        i++;
      }
    }
    return whole.getBytes(UTF_8);
  }

  /// A value as JSON of at most {@link StringType#MAX_BYTES}.
  byte[] json(@Nullable Object value, ColumnSpec column) throws RejectException {
    out.reset();
    write(value, column, 1);
    return out.toByteArray();
  }

  private void write(@Nullable Object value, ColumnSpec column, int depth) throws RejectException {
    if (depth > DecodeLimits.MAX_DEPTH) {
      throw tooDeep();
    }
    switch (value) {
      case null -> plain("null");
      case JsonText json -> out.writeBytes(checked(utf8(json, column), depth));
      case Boolean bool -> plain(bool.toString());
      case Number number -> number(number, column);
      case CharSequence text -> string(utf8(text, column));
      case byte[] bytes -> string(Base64.getEncoder().encode(bytes));
      case InetAddress address -> string(address.getHostAddress().getBytes(US_ASCII));
      case Map<?, ?> map -> {
        char before = '{';
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.write(before);
          string(utf8(String.valueOf(entry.getKey()), column));
          out.write(':');
          write(entry.getValue(), column, depth + 1);
          before = ',';
        }
        plain(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        out.write('[');
        for (int i = 0; i < list.size(); i++) {
          if (i > 0) {
            out.write(',');
          }
          write(list.get(i), column, depth + 1);
        }
        out.write(']');
      }
      default -> string(utf8(value.toString(), column));
    }
    if (out.size() > StringType.MAX_BYTES) {
      throw RejectException.of(
          Code.TOO_LARGE,
          column,
          "a value of more bytes as JSON than a column holds",
          "at most " + StringType.MAX_BYTES);
    }
  }

  private byte[] checked(byte[] json, int depth) throws RejectException {
    scanner.reset(json, 0, json.length);
    scanner.skip(depth);
    scanner.expectEnd();
    return json;
  }

  private void number(Number number, ColumnSpec column) throws RejectException {
    byte[] digits = digits(number);
    if (digits == null) {
      throw RejectException.of(Code.OUT_OF_RANGE, column, unfit(number), "a number of JSON");
    }
    out.writeBytes(digits);
  }

  private void string(byte[] text) {
    out.write('"');
    for (byte c : text) {
      if (c == '"' || c == '\\') {
        out.write('\\');
        out.write(c);
      } else if (c >= 0 && c < ' ') {
        plain("\\u00");
        out.write(HEX[c >> 4]);
        out.write(HEX[c & 15]);
      } else {
        out.write(c);
      }
    }
    out.write('"');
  }

  private void plain(String text) {
    out.writeBytes(text.getBytes(US_ASCII));
  }
}
