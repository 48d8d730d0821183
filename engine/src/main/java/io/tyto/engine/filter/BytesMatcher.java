package io.tyto.engine.filter;

import io.tyto.engine.vector.Dictionary;

/// A predicate over one byte string. Thread-safe. No NOT here: {@link BytesPredicate} negates.
interface BytesMatcher {
  /// Of `data[from, to)`.
  boolean matches(byte[] data, int from, int to);

  /// The ordinals that match; each is looked at once unless the dictionary's order helps.
  default OrdinalSet ordinals(Dictionary dictionary) {
    OrdinalSet.Builder set = new OrdinalSet.Builder(dictionary.size());
    for (int ordinal = 0; ordinal < dictionary.size(); ordinal++) {
      byte[] value = dictionary.value(ordinal);
      if (matches(value, 0, value.length)) {
        set.add(ordinal);
      }
    }
    return set.build();
  }

  /// Relative cost per value.
  int cost();
}
