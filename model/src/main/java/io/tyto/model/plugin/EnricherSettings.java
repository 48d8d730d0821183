package io.tyto.model.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The settings of one step of the pipeline, as the server's settings give them.
///
/// It notes which keys were asked for: the others are unknown and refused. Every getter throws
/// IllegalArgumentException, which names the key and what was expected. Not thread-safe.
public final class EnricherSettings {
  private final Map<String, Object> values;
  private final Set<String> known = new TreeSet<>();

  /// @param values texts, numbers, booleans, or lists of them, by key
  public EnricherSettings(Map<String, Object> values) {
    this.values = Map.copyOf(values);
  }

  /// A text that must be there.
  public String text(String key) {
    String text = textOrNull(key);
    if (text == null) {
      throw new IllegalArgumentException("`" + key + "` is missing");
    }
    return text;
  }

  public String text(String key, String otherwise) {
    String text = textOrNull(key);
    return text == null ? otherwise : text;
  }

  public @Nullable String textOrNull(String key) {
    known.add(key);
    Object value = values.get(key);
    if (value instanceof List<?> || value instanceof Map<?, ?>) {
      throw new IllegalArgumentException(
          "`%s` is %s, expected a single value".formatted(key, value));
    }
    return value == null ? null : value.toString();
  }

  /// A list of texts, where a single one is a list of one; empty where there is none.
  public List<String> texts(String key) {
    known.add(key);
    Object value = values.get(key);
    if (value instanceof Map<?, ?>) {
      throw new IllegalArgumentException("`%s` is %s, expected a list".formatted(key, value));
    }
    List<String> texts = new ArrayList<>();
    if (value instanceof List<?> list) {
      list.forEach(element -> texts.add(String.valueOf(element)));
    } else if (value != null) {
      texts.add(value.toString());
    }
    return texts;
  }

  /// A whole number from `least` to `most`.
  public int number(String key, int otherwise, int least, int most) {
    String text = textOrNull(key);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below, together with numbers out of range.
    }
    throw new IllegalArgumentException(
        "`%s` is '%s', expected a whole number from %d to %d".formatted(key, text, least, most));
  }

  /// The name of a column: of ASCII letters, digits and '_', beginning with a letter.
  public String column(String key) {
    String name = text(key);
    if (!isColumnName(name)) {
      throw new IllegalArgumentException(
          "`%s` is '%s', expected the name of a column".formatted(key, name));
    }
    return name;
  }

  /// What the names of added columns begin with; may be empty.
  public String prefix(String otherwise) {
    String prefix = text("prefix", otherwise);
    if (!prefix.isEmpty() && !isColumnName(prefix)) {
      throw new IllegalArgumentException(
          "`prefix` is '%s', expected what a column's name may begin with".formatted(prefix));
    }
    return prefix;
  }

  /// Whether a config may call a column so.
  public static boolean isColumnName(String name) {
    return name.matches("[A-Za-z][A-Za-z0-9_]{0,127}");
  }

  /// The keys that were asked for so far.
  public Set<String> known() {
    return Set.copyOf(known);
  }

  /// The keys that are there and were not asked for.
  public Set<String> unknown() {
    Set<String> unknown = new TreeSet<>(values.keySet());
    unknown.removeAll(known);
    return unknown;
  }
}
