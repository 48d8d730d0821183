package io.tyto.engine.plan;

import io.tyto.engine.group.Groups;
import java.util.Arrays;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/// The rows of an answer before having: keys, and the states of one or two periods.
///
/// @param keys without states; time keys are bucket numbers of the current period's axes
record RowTable(Groups keys, Side current, @Nullable Side previous) {
  int count() {
    return keys.count();
  }

  static RowTable of(PeriodRows rows) {
    return new RowTable(rows.keys(), Side.of(rows, rows.places()), null);
  }

  /// The union of both periods' rows by key.
  ///
  /// @param previous with the current period's bucket numbers as time keys
  static RowTable union(PeriodRows current, PeriodRows previous) {
    int[] matches = current.keys().match(previous.keys());
    IntArrayList vanished = new IntArrayList();
    int[] previousPlaces = new int[current.count() + previous.count()];
    Arrays.fill(previousPlaces, previous.nothing());
    for (int row = 0; row < previous.count(); row++) {
      int match = matches[row];
      if (match < 0) {
        match = current.count() + vanished.size();
        vanished.addInt(row);
      }
      previousPlaces[match] = previous.places()[row];
    }
    int count = current.count() + vanished.size();
    int[] currentPlaces = Arrays.copyOf(current.places(), count);
    Arrays.fill(currentPlaces, current.count(), count, current.nothing());
    Groups keys =
        RowKeys.concat(current.keys(), RowKeys.select(previous.keys(), vanished.toIntArray()));
    return new RowTable(
        keys,
        Side.of(current, currentPlaces),
        Side.of(previous, Arrays.copyOf(previousPlaces, count)));
  }
}
