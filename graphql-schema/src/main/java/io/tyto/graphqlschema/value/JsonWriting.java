package io.tyto.graphqlschema.value;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes plain values as JSON. Thread-safe: no state.
public final class JsonWriting {
  private JsonWriting() {}

  /// Appends a value: maps, lists, strings, numbers, bools, null.
  public static void write(@Nullable Object value, StringBuilder text) {
    switch (value) {
      case null -> text.append("null");
      case Map<?, ?> map -> {
        String separator = "{";
        for (Map.Entry<?, ?> member : map.entrySet()) {
          text.append(separator);
          quote(String.valueOf(member.getKey()), text);
          text.append(':');
          write(member.getValue(), text);
          separator = ",";
        }
        text.append(map.isEmpty() ? "{}" : "}");
      }
      case List<?> list -> {
        text.append('[');
        for (int i = 0; i < list.size(); i++) {
          text.append(i == 0 ? "" : ",");
          write(list.get(i), text);
        }
        text.append(']');
      }
      case BigDecimal number -> text.append(number.toPlainString());
      case Number number -> text.append(number);
      case Boolean bool -> text.append(bool);
      default -> quote(value.toString(), text);
    }
  }

  private static void quote(String value, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
