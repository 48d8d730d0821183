package io.tyto.engine.filter;

import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.vector.Dictionary;

/// A predicate over one byte string. Thread-safe. No NOT here: {@link BytesPredicate} negates.
interface BytesMatcher {
  /// Of `data[from, to)`.
  boolean matches(byte[] data, int from, int to);

  /// The ordinals that match; each is looked at once unless the dictionary's order helps.
  default OrdinalSet ordinals(Dictionary dictionary) {
    int size = dictionary.size();
    OrdinalSet.Builder set = new OrdinalSet.Builder(size);
    for (int from = 0; from < size; from += RUN) {
      Checkpoint.pass();
      addMatches(dictionary.values(from, Math.min(size, from + RUN)), from, set);
    }
    return set.build();
  }

  /// Values of a dictionary that are looked at together.
  int RUN = 1 << 12;

  /// Adds the ordinals of the values that match; that of the first is `first`.
  default void addMatches(Dictionary.Run values, int first, OrdinalSet.Builder set) {
    byte[] data = values.data();
    int[] offsets = values.offsets();
    for (int i = 0; i < values.size(); i++) {
      if (matches(data, offsets[i], offsets[i + 1])) {
        set.add(first + i);
      }
    }
  }

  /// Relative cost per value.
  int cost();
}
