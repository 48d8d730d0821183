package io.tyto.engine.kernel;

/// The loops over bit-packed values, straight from where they are stored. Masks are bitmaps: bit i
/// of word i/64 stands for value `from + i`.
///
/// Thread-safe: no state.
public sealed interface PackedKernels permits ScalarPackedKernels, VectorPackedKernels {

  /// The fastest provider this JVM can run.
  static PackedKernels best() {
    return KernelProvider.BEST_PACKED;
  }

  /// The plain twin.
  static PackedKernels scalar() {
    return ScalarPackedKernels.INSTANCE;
  }

  /// The low 32 bits of the values `[from, from + count)`.
  void unpack(PackedValues values, int from, int count, int[] target);

  /// The values `[from, from + count)`, each with `base` added.
  void unpack(PackedValues values, int from, int count, long base, long[] target);

  /// Clears the bits of the values outside `[low, high]` (inside, if `negated`).
  ///
  /// @param low at least 0, at most `high`, which the width can hold; widths below 64 only
  void retainRange(
      PackedValues values, int from, int count, long low, long high, boolean negated, long[] mask);

  /// Clears the bits of the values that have no bit in `members` (have one, if `negated`).
  ///
  /// @param members a bit for each value that occurs
  void retainMembers(
      PackedValues values, int from, int count, long[] members, boolean negated, long[] mask);

  /// The sum of the values `[from, from + count)`, modulo 2^64.
  long sum(PackedValues values, int from, int count);

  /// The sum of those of the values `[from, from + count)` whose bit is set, modulo 2^64.
  long sum(PackedValues values, int from, int count, long[] mask);
}
