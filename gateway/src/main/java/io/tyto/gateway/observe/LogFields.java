package io.tyto.gateway.observe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an event of the log has beside its message, by name: a parameter of the message, written as
/// members of a JSON line or as text for people. Immutable.
public final class LogFields {
  private final Map<String, Object> values;

  private LogFields(Map<String, Object> values) {
    this.values = values;
  }

  public static Builder builder() {
    return new Builder();
  }

  /// In order; texts, numbers, booleans, and lists of texts.
  public Map<String, Object> values() {
    return values;
  }

  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }

  public static final class Builder {
    private final Map<String, Object> values = new LinkedHashMap<>();

    /// @param value null: left out
    public Builder put(String name, @Nullable Object value) {
      if (value != null) {
        values.put(name, value);
      }
      return this;
    }

    public LogFields build() {
      return new LogFields(Collections.unmodifiableMap(new LinkedHashMap<>(values)));
    }
  }
}
