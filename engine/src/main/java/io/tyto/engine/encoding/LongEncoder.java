package io.tyto.engine.encoding;

import org.jspecify.annotations.Nullable;

/// Encodes integers in the smallest of the layouts, measured. Not thread-safe; reused block by
/// block.
///
/// Sizes are compared after a small handicap for layouts that take longer to decode.
public final class LongEncoder {
  /// DISTINCT is looked for only where few distinct values are likely, and never beyond this many.
  private static final int MAX_DISTINCT = 1 << 12;

  private static final int PATCH_BYTES = Integer.BYTES + Long.BYTES;
  private static final double PATCHED_HANDICAP = 1.03;
  private static final double DISTINCT_HANDICAP = 1.05;
  private static final double DELTA_HANDICAP = 1.10;

  private final @Nullable Encoding forced;
  private final PayloadBuilder target = new PayloadBuilder();
  private final LongStatistics statistics = new LongStatistics();
  private final DistinctLongs distinct = new DistinctLongs();
  private long[] scratch = new long[0];

  /// @param forced used wherever it can hold the values; null: the smallest
  public LongEncoder(@Nullable Encoding forced) {
    this.forced = forced;
  }

  /// The first `count` values, at least one.
  public EncodedValues encode(long[] values, int count) {
    statistics.measure(values, count);
    if (scratch.length < count) {
      scratch = new long[count];
    }
    Encoding encoding =
        forced != null && isPossible(forced, values, count) ? forced : smallest(values, count);
    target.clear();
    switch (encoding) {
      case CONSTANT -> target.putLong(values[0]);
      case PLAIN -> BitPacking.pack(values, count, Long.SIZE, target);
      case PACKED -> packed(values, count);
      case PATCHED -> patched(values, count);
      case DELTA -> delta(values, count);
      case RUN_LENGTH -> runLength(values, count);
      case DISTINCT -> distinct(values, count);
      case RAW, SCALED, FIXED, CHUNKED, STRINGS, BITMAP ->
          throw new IllegalStateException(encoding + " holds no integers");
    }
    return EncodedValues.of(encoding, count, target);
  }

  /// Least of the values encoded last.
  public long min() {
    return statistics.min;
  }

  /// Greatest of the values encoded last.
  public long max() {
    return statistics.max;
  }

  private boolean isPossible(Encoding encoding, long[] values, int count) {
    return switch (encoding) {
      case CONSTANT -> statistics.runs == 1;
      case PLAIN, PACKED, PATCHED, RUN_LENGTH -> true;
      case DELTA -> statistics.hasDeltas;
      case DISTINCT -> distinct.collect(values, count, count);
      case RAW, SCALED, FIXED, CHUNKED, STRINGS, BITMAP -> false;
    };
  }

  private Encoding smallest(long[] values, int count) {
    if (statistics.runs == 1) {
      return Encoding.CONSTANT;
    }
    int width = statistics.packedWidth();
    Encoding best = Encoding.PACKED;
    double bestBytes = BitPacking.bytes(count, width);
    double patchedBytes =
        statistics.patchedBytes(values, count, PATCH_BYTES, bestBytes / PATCHED_HANDICAP)
            * PATCHED_HANDICAP;
    if (patchedBytes < bestBytes) {
      best = Encoding.PATCHED;
      bestBytes = patchedBytes;
    }
    double runBytes = statistics.runs * (double) PATCH_BYTES;
    if (runBytes < bestBytes) {
      best = Encoding.RUN_LENGTH;
      bestBytes = runBytes;
    }
    double deltaBytes = deltaBytes(count) * DELTA_HANDICAP;
    if (deltaBytes < bestBytes) {
      best = Encoding.DELTA;
      bestBytes = deltaBytes;
    }
    int worthwhile = (int) Math.min(MAX_DISTINCT, bestBytes / Long.BYTES);
    if (width > Byte.SIZE && distinct.collect(values, count, worthwhile)) {
      int ordinalWidth = BitPacking.widthFor(distinct.size() - 1);
      double distinctBytes =
          (Long.BYTES * (double) distinct.size() + BitPacking.bytes(count, ordinalWidth))
              * DISTINCT_HANDICAP;
      if (distinctBytes < bestBytes) {
        best = Encoding.DISTINCT;
        bestBytes = distinctBytes;
      }
    }
    return bestBytes < Long.BYTES * (double) count ? best : Encoding.PLAIN;
  }

  private double deltaBytes(int count) {
    return statistics.hasDeltas
        ? BitPacking.bytes(count, statistics.deltaWidth())
            + Long.BYTES * (double) (count / DeltaLongs.MINI_BLOCK + 1)
        : Double.POSITIVE_INFINITY;
  }

  private void parameters(long base, long divisor, int width, int patches) {
    target
        .putLong(base)
        .putLong(divisor)
        .putLong(width)
        .putInt(patches)
        .padTo(Encoding.PARAMETER_BYTES);
  }

  private void packed(long[] values, int count) {
    long base = statistics.min;
    long divisor = statistics.divisor;
    int width = statistics.packedWidth();
    parameters(base, divisor, width, 0);
    for (int i = 0; i < count; i++) {
      scratch[i] = values[i] - base;
    }
    divideScratch(count, divisor);
    BitPacking.pack(scratch, count, width, target);
  }

  private void divideScratch(int count, long divisor) {
    if (divisor != 1) {
      for (int i = 0; i < count; i++) {
        scratch[i] = Long.divideUnsigned(scratch[i], divisor);
      }
    }
  }

  private void patched(long[] values, int count) {
    if (forced == Encoding.PATCHED) {
      statistics.patchedBytes(values, count, PATCH_BYTES, Double.POSITIVE_INFINITY);
    }
    long base = statistics.patchedBase;
    int width = statistics.patchedWidth;
    int patches = 0;
    int[] positions = new int[count];
    for (int i = 0; i < count; i++) {
      long rest = values[i] - base;
      if (width < Long.SIZE && rest >>> width != 0) {
        positions[patches++] = i;
        rest = 0;
      }
      scratch[i] = rest;
    }
    parameters(base, 1, width, patches);
    BitPacking.pack(scratch, count, width, target);
    target.align(Long.BYTES);
    for (int i = 0; i < patches; i++) {
      target.putInt(positions[i]);
    }
    target.align(Long.BYTES);
    for (int i = 0; i < patches; i++) {
      target.putLong(values[positions[i]]);
    }
  }

  private void delta(long[] values, int count) {
    int miniBlock = DeltaLongs.MINI_BLOCK;
    parameters(statistics.minDelta, statistics.deltaDivisor, statistics.deltaWidth(), 0);
    for (int i = 0; i < count; i += miniBlock) {
      target.putLong(values[i]);
    }
    long least = statistics.minDelta;
    for (int i = 1; i < count; i++) {
      scratch[i] = values[i] - values[i - 1] - least;
    }
    for (int i = 0; i < count; i += miniBlock) {
      scratch[i] = 0;
    }
    divideScratch(count, statistics.deltaDivisor);
    BitPacking.pack(scratch, count, statistics.deltaWidth(), target);
  }

  private void runLength(long[] values, int count) {
    target.putInt(statistics.runs).padTo(Encoding.PARAMETER_BYTES);
    for (int i = 1; i < count; i++) {
      if (values[i] != values[i - 1]) {
        target.putInt(i);
      }
    }
    target.putInt(count).align(Long.BYTES).putLong(values[0]);
    for (int i = 1; i < count; i++) {
      if (values[i] != values[i - 1]) {
        target.putLong(values[i]);
      }
    }
  }

  private void distinct(long[] values, int count) {
    int width = BitPacking.widthFor(distinct.size() - 1);
    target.putInt(distinct.size()).padTo(16).putLong(width).padTo(Encoding.PARAMETER_BYTES);
    distinct.sort();
    for (int i = 0; i < distinct.size(); i++) {
      target.putLong(distinct.value(i));
    }
    for (int i = 0; i < count; i++) {
      scratch[i] = distinct.position(values[i]);
    }
    BitPacking.pack(scratch, count, width, target);
  }
}
