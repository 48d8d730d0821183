package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.INT;
import static io.tyto.engine.encoding.Layouts.LONG;

import io.tyto.engine.kernel.PackedKernels;
import io.tyto.engine.kernel.PackedValues;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// ```
/// 0   u32 distinct
/// 16  u8  width
/// 64  i64 value x distinct, ascending
///     packed position in that list
/// ```
final class DistinctCodes implements LongDecoder {
  private static final PackedKernels KERNELS = PackedKernels.best();

  private final long[] values;
  private final PackedValues packed;

  DistinctCodes(MemorySegment payload) {
    int width = PackedLongs.checkedWidth(payload);
    long distinct = payload.get(INT, 0);
    packed = new PackedValues(payload, Encoding.PARAMETER_BYTES + 8L * distinct, width);
    values = payload.asSlice(Encoding.PARAMETER_BYTES, 8L * distinct).toArray(LONG);
  }

  @Override
  public void decode(int from, int count, long[] target) {
    if (packed.width() == 0) {
      Arrays.fill(target, 0, count, values[0]);
      return;
    }
    KERNELS.unpack(packed, from, count, 0, target);
    for (int i = 0; i < count; i++) {
      target[i] = values[(int) target[i]];
    }
  }

  @Override
  public void decode(int from, int count, int[] target) {
    if (packed.width() == 0) {
      Arrays.fill(target, 0, count, (int) values[0]);
      return;
    }
    KERNELS.unpack(packed, from, count, target);
    for (int i = 0; i < count; i++) {
      target[i] = (int) values[target[i]];
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

  private long value(int index) {
    return values[packed.width() == 0 ? 0 : (int) packed.get(index)];
  }

  /// The values ascend, so a range of them is a range of their positions.
  @Override
  public boolean retainRange(
      int from, int count, long low, long high, boolean negated, long[] mask) {
    int first = Arrays.binarySearch(values, low);
    first = first >= 0 ? first : -first - 1;
    int last = Arrays.binarySearch(values, high);
    last = last >= 0 ? last : -last - 2;
    if (low > high || first > last) {
      BitRange.keepAll(negated, count, mask);
    } else if (first == 0 && last == values.length - 1) {
      BitRange.keepAll(!negated, count, mask);
    } else {
      KERNELS.retainRange(packed, from, count, first, last, negated, mask);
    }
    return true;
  }
}
