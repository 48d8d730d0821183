package io.tyto.engine.kernel;

/// The loops that are worth writing twice. Masks are bitmaps: bit i of word i/64 stands for
/// position i.
///
/// Thread-safe: no state. Values at positions from `count` on are never read.
public sealed interface Kernels permits ScalarKernels, VectorKernels {

  /// The fastest provider this JVM can run.
  static Kernels best() {
    return KernelProvider.BEST;
  }

  /// The plain twin.
  static Kernels scalar() {
    return ScalarKernels.INSTANCE;
  }

  /// Clears the bits of the positions whose value is outside `[low, high]` (inside, if `negated`).
  void retainRange(long[] values, int count, long low, long high, boolean negated, long[] mask);

  /// See {@link #retainRange(long[], int, long, long, boolean, long[])}.
  void retainRange(
      double[] values, int count, double low, double high, boolean negated, long[] mask);

  /// See {@link #retainRange(long[], int, long, long, boolean, long[])}.
  void retainRange(int[] values, int count, int low, int high, boolean negated, long[] mask);

  /// Clears the bits of the positions whose ordinal has no bit in `members` (has one, if
  /// `negated`).
  void retainMembers(int[] ordinals, int count, long[] members, boolean negated, long[] mask);

  /// Writes the positions below `count` whose bit is set, ascending; returns how many. `positions`
  /// has room for `count` rounded up to 64, and may be written up to there.
  int positions(long[] mask, int count, int[] positions);

  /// Adds up exactly: the sum is `sums[0] * 2^32 + sums[1]`, where both are added to. For at most
  /// 2^30 values.
  void sum(long[] values, int count, long[] sums);

  /// Least of `count >= 1` values.
  long min(long[] values, int count);

  long max(long[] values, int count);

  /// Where the needle first occurs within `data[from, to)`, or -1.
  ///
  /// @param needle at least one byte; the time may grow with its length times the data's
  int indexOf(byte[] needle, byte[] data, int from, int to);

  /// Line breaks within `data[from, to)`; -1 where behind one of them, perhaps at `to`, stands a
  /// blank, another break or a byte beyond ASCII: then a line may be an empty one.
  int countLines(byte[] data, int from, int to);
}
