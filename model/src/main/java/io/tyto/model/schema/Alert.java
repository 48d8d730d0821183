package io.tyto.model.schema;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields that a collection of alerts has of the alert itself; all others it has of the event.
/// Thread-safe: no state.
public final class Alert {
  /// The rule that marked the event; of several the first in the file.
  public static final String RULE = "rule";

  /// All rules that marked it.
  public static final String RULES = "rules";

  /// The value that lies far off.
  public static final String VALUE = "value";

  /// The mean of those before.
  public static final String MEAN = "mean";

  /// Their standard deviation.
  public static final String DEVIATION = "deviation";

  public static final List<String> NAMES = List.of(RULE, RULES, VALUE, MEAN, DEVIATION);

  private static final ColumnType NUMBER = ColumnType.DOUBLE;

  private static final Map<String, ColumnType> TYPES =
      Map.of(
          RULE,
          ColumnType.STRING,
          RULES,
          ColumnType.parse("string[]"),
          VALUE,
          NUMBER,
          MEAN,
          NUMBER,
          DEVIATION,
          NUMBER);

  private Alert() {}

  /// The type of a field of that name; null where it is none of the alert's own.
  public static @Nullable ColumnType typeOf(String name) {
    return TYPES.get(name);
  }
}
