package io.tyto.engine.cube;

import io.tyto.engine.aggregate.Accumulator;
import io.tyto.engine.group.GroupKeys;
import io.tyto.engine.group.Groups;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Compares groups that ought to be the same, both ascending by their keys.
final class GroupsCheck {
  /// Sums of doubles may be added up in another order.
  private static final double TOLERANCE = 1e-12;

  private GroupsCheck() {}

  /// The first difference in words, or null.
  static @Nullable String difference(Groups expected, Groups actual) {
    if (expected.count() != actual.count()) {
      return "%,d cells expected, %,d found".formatted(expected.count(), actual.count());
    }
    for (int group = 0; group < expected.count(); group++) {
      for (int key = 0; key < expected.keys().size(); key++) {
        Object wanted = key(expected.key(key), group);
        Object found = key(actual.key(key), group);
        if (!Objects.equals(wanted, found)) {
          return "cell %,d: key %s expected, %s found".formatted(group, wanted, found);
        }
      }
      for (int state = 0; state < expected.states().size(); state++) {
        Object wanted = value(expected.state(state), group);
        Object found = value(actual.state(state), group);
        if (!agree(wanted, found)) {
          return "cell %,d: %s expected, %s found".formatted(group, wanted, found);
        }
      }
    }
    return null;
  }

  private static @Nullable Object key(GroupKeys keys, int group) {
    return keys.value(group) instanceof byte[] bytes ? Arrays.toString(bytes) : keys.value(group);
  }

  private static @Nullable Object value(Accumulator state, int group) {
    return state.value(group);
  }

  private static boolean agree(@Nullable Object wanted, @Nullable Object found) {
    if (wanted instanceof Double one && found instanceof Double other) {
      double scale = Math.max(Math.abs(one), Math.abs(other));
      return Math.abs(one - other) <= TOLERANCE * scale;
    }
    return Objects.equals(wanted, found);
  }
}
