package io.tyto.engine.vector;

/// The distinct byte values of one column in one source. Ordinals are dense from 0.
///
/// Thread-safe for ordinals below a size that was read before.
public interface Dictionary {
  int size();

  /// A copy of the value.
  byte[] value(int ordinal);

  /// Ordinal of the value, or `-(insertion point) - 1` in an ordered dictionary, or -1.
  int find(byte[] value);

  /// Ordinals ascend with the values' unsigned byte order.
  boolean isOrdered();
}
