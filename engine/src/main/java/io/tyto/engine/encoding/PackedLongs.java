package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.BYTE;
import static io.tyto.engine.encoding.Layouts.LONG;

import io.tyto.engine.kernel.PackedKernels;
import io.tyto.engine.kernel.PackedValues;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// ```
/// 0   i64 base
/// 8   i64 divisor
/// 16  u8  width
/// 64  packed (value - base) / divisor
/// ```
record PackedLongs(PackedValues packed, long base, long divisor) implements LongDecoder {
  private static final PackedKernels KERNELS = PackedKernels.best();

  static PackedLongs at(MemorySegment payload) {
    int width = checkedWidth(payload);
    PackedValues packed = new PackedValues(payload, Encoding.PARAMETER_BYTES, width);
    return new PackedLongs(packed, payload.get(LONG, 0), payload.get(LONG, 8));
  }

  static int checkedWidth(MemorySegment payload) {
    int width = payload.get(BYTE, 16);
    if (!BitPacking.isWidth(width)) {
      throw new IllegalArgumentException("a width of " + width + " bits");
    }
    return width;
  }

  int width() {
    return packed.width();
  }

  @Override
  public void decode(int from, int count, long[] target) {
    if (width() == 0) {
      Arrays.fill(target, 0, count, base);
    } else if (divisor == 1) {
      KERNELS.unpack(packed, from, count, base, target);
    } else {
      KERNELS.unpack(packed, from, count, 0, target);
      for (int i = 0; i < count; i++) {
        target[i] = base + target[i] * divisor;
      }
    }
  }

  @Override
  public void decode(int from, int count, int[] target) {
    if (width() == 0) {
      Arrays.fill(target, 0, count, (int) base);
      return;
    }
    KERNELS.unpack(packed, from, count, target);
    if (divisor != 1 || base != 0) {
      int offset = (int) base;
      int factor = (int) divisor;
      for (int i = 0; i < count; i++) {
        target[i] = offset + target[i] * factor;
      }
    }
  }

  @Override
  public void decode(int from, int[] positions, int count, long[] target) {
    for (int i = 0; i < count; i++) {
      target[positions[i]] = value(from + positions[i]);
    }
  }

  @Override
  public void decode(int from, int[] positions, int count, int[] target) {
    for (int i = 0; i < count; i++) {
      target[positions[i]] = (int) value(from + positions[i]);
    }
  }

  long value(int index) {
    return base + packed.get(index) * divisor;
  }

  @Override
  public boolean retainRange(
      int from, int count, long low, long high, boolean negated, long[] mask) {
    if (width() == Long.SIZE || mayWrap()) {
      return false;
    }
    long greatest = packed.mask();
    // Distances from the base are unsigned: the values may lie on both sides of zero.
    long first = low <= base ? 0 : dividedUp(low - base);
    long last = high < base ? -1 : Long.divideUnsigned(high - base, divisor);
    boolean isNone =
        low > high
            || high < base
            || Long.compareUnsigned(first, greatest) > 0
            || Long.compareUnsigned(first, last) > 0;
    if (isNone) {
      BitRange.keepAll(negated, count, mask);
      return true;
    }
    last = Long.compareUnsigned(last, greatest) > 0 ? greatest : last;
    if (first == 0 && last == greatest) {
      BitRange.keepAll(!negated, count, mask);
    } else {
      KERNELS.retainRange(packed, from, count, first, last, negated, mask);
    }
    return true;
  }

  /// The width could hold a value beyond 2^63 - 1, so that order among packed values is not order
  /// among values.
  private boolean mayWrap() {
    long room = Long.divideUnsigned(Long.MAX_VALUE - base, divisor);
    return Long.compareUnsigned(packed.mask(), room) > 0;
  }

  private long dividedUp(long distance) {
    long whole = Long.divideUnsigned(distance, divisor);
    return whole * divisor == distance ? whole : whole + 1;
  }

  @Override
  public boolean retainMembers(int from, int count, long[] members, boolean negated, long[] mask) {
    if (base < 0 || divisor != 1 || width() == 0 || width() > Integer.SIZE) {
      return false;
    }
    long[] shifted = base == 0 ? members : shifted(members, (int) base);
    KERNELS.retainMembers(packed, from, count, shifted, negated, mask);
    return true;
  }

  /// The bits of the values as they are packed.
  private static long[] shifted(long[] members, int by) {
    int whole = by >>> 6;
    long[] shifted = new long[members.length - whole];
    for (int word = 0; word < shifted.length; word++) {
      long bits = members[word + whole] >>> by;
      if ((by & 63) != 0 && word + whole + 1 < members.length) {
        bits |= members[word + whole + 1] << -by;
      }
      shifted[word] = bits;
    }
    return shifted;
  }

  @Override
  public boolean canSum() {
    return width() < Long.SIZE;
  }

  @Override
  public long sum(int from, int count) {
    return base * count + (width() == 0 ? 0 : KERNELS.sum(packed, from, count) * divisor);
  }

  @Override
  public long sum(int from, int count, long[] mask) {
    long above = width() == 0 ? 0 : KERNELS.sum(packed, from, count, mask) * divisor;
    return above + (base == 0 ? 0 : base * BitRange.cardinality(mask, count));
  }
}
