package io.tyto.ingest.decode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Random JSON values as Java values (Map, List, String, Number as its text, Boolean, null) and
/// texts.
final class RandomJson {
  /// A number is its text, as no Java type keeps all of it.
  record NumberLiteral(String text) {}

  private static final String[] NUMBERS = {
    "0", "-0", "1", "-17", "3.25", "1e3", "-2.5E-7", "123456789012345678901234567890", "0.10"
  };
  private static final int MAX_DEPTH = 5;

  private final Random random;

  RandomJson(Random random) {
    this.random = random;
  }

  String text() {
    StringBuilder out = new StringBuilder();
    write(value(0), out);
    return out.toString();
  }

  String string() {
    StringBuilder out = new StringBuilder();
    writeString(characters(), out);
    return out.toString();
  }

  @Nullable Object value(int depth) {
    return switch (random.nextInt(depth >= MAX_DEPTH ? 5 : 9)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> new NumberLiteral(NUMBERS[random.nextInt(NUMBERS.length)]);
      case 3, 4 -> characters();
      case 5, 6 -> array(depth);
      default -> object(depth);
    };
  }

  List<@Nullable Object> array(int depth) {
    List<@Nullable Object> values = new ArrayList<>();
    for (int n = random.nextInt(4); n > 0; n--) {
      values.add(value(depth + 1));
    }
    return values;
  }

  /// Keys come from a few, so that paths meet them.
  Map<String, @Nullable Object> object(int depth) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (int n = random.nextInt(5); n > 0; n--) {
      String key = random.nextInt(8) == 0 ? characters() : "abc".charAt(random.nextInt(3)) + "";
      members.put(key, value(depth + 1));
    }
    return members;
  }

  /// Text of the value, with white space here and there.
  void write(@Nullable Object value, StringBuilder out) {
    blank(out);
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> members -> {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> member : members.entrySet()) {
          out.append(separator);
          blank(out);
          writeString((String) member.getKey(), out);
          blank(out);
          out.append(':');
          write(member.getValue(), out);
          separator = ",";
        }
        out.append('}');
      }
      case List<?> elements -> {
        out.append('[');
        String separator = "";
        for (Object element : elements) {
          out.append(separator);
          write(element, out);
          separator = ",";
        }
        out.append(']');
      }
      case String text -> writeString(text, out);
      case NumberLiteral number -> out.append(number.text());
      default -> out.append(value);
    }
    blank(out);
  }

  private void blank(StringBuilder out) {
    if (random.nextInt(10) == 0) {
      out.append(" \t\r\n".charAt(random.nextInt(4)));
    }
  }

  private String characters() {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(20); n > 0; n--) {
      text.appendCodePoint(
          switch (random.nextInt(10)) {
            case 0 -> "\"\\/\b\f\n\r\t".charAt(random.nextInt(8));
            case 1 -> random.nextInt(0x20);
            case 2 -> 0xE4 + random.nextInt(0x400);
            case 3 -> 0x4E00 + random.nextInt(0x100);
            case 4 -> 0x1F600 + random.nextInt(0x40);
            default -> ' ' + random.nextInt(0x5F);
          });
    }
    return text.toString();
  }

  private void writeString(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int shortEscape = "\"\\/\b\f\n\r\t".indexOf(c);
      boolean mustEscape = c < ' ' || c == '"' || c == '\\';
      if (shortEscape >= 0 && (mustEscape || random.nextBoolean())) {
        out.append('\\').append("\"\\/bfnrt".charAt(shortEscape));
      } else if (mustEscape || random.nextInt(12) == 0 && !Character.isSurrogate(c)) {
        out.append(String.format(random.nextBoolean() ? "\\u%04x" : "\\u%04X", (int) c));
      } else if (Character.isHighSurrogate(c) && random.nextBoolean()) {
        out.append(String.format("\\u%04x\\u%04x", (int) c, (int) text.charAt(++i)));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
