package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.INT;
import static io.tyto.engine.encoding.Layouts.LONG;

import java.lang.foreign.MemorySegment;

/// {@link PackedLongs}, and behind the packed values, each part aligned to 8:
///
/// ```
/// 24  u32 patches
///     u32 position x patches, ascending
///     i64 value x patches
/// ```
final class PatchedLongs implements LongDecoder {
  /// So few positions are looked for among the patches one by one.
  private static final int FEW = 16;

  private final PackedLongs packed;
  private final MemorySegment payload;
  private final int patches;
  private final long positionsAt;
  private final long valuesAt;
  private long[] before = new long[0];

  PatchedLongs(PackedLongs packed, MemorySegment payload, int values) {
    this.packed = packed;
    this.payload = payload;
    patches = payload.get(INT, 24);
    long packedEnd = Encoding.PARAMETER_BYTES + BitPacking.bytes(values, packed.width());
    positionsAt = packedEnd + 7 & -8L;
    valuesAt = positionsAt + 4L * patches + 7 & -8L;
  }

  @Override
  public void decode(int from, int count, long[] target) {
    packed.decode(from, count, target);
    for (int i = firstPatch(from); i < patches; i++) {
      int position = position(i) - from;
      if (position >= count) {
        return;
      }
      target[position] = value(i);
    }
  }

  @Override
  public void decode(int from, int count, int[] target) {
    packed.decode(from, count, target);
    for (int i = firstPatch(from); i < patches; i++) {
      int position = position(i) - from;
      if (position >= count) {
        return;
      }
      target[position] = (int) value(i);
    }
  }

  @Override
  public void decode(int from, int[] positions, int count, long[] target) {
    packed.decode(from, positions, count, target);
    if (count <= FEW) {
      for (int i = 0; i < count; i++) {
        int patch = firstPatch(from + positions[i]);
        if (patch < patches && position(patch) == from + positions[i]) {
          target[positions[i]] = value(patch);
        }
      }
      return;
    }
    int limit = positions[count - 1] + 1;
    for (int i = firstPatch(from); i < patches && position(i) - from < limit; i++) {
      target[position(i) - from] = value(i);
    }
  }

  @Override
  public void decode(int from, int[] positions, int count, int[] target) {
    packed.decode(from, positions, count, target);
    if (count <= FEW) {
      for (int i = 0; i < count; i++) {
        int patch = firstPatch(from + positions[i]);
        if (patch < patches && position(patch) == from + positions[i]) {
          target[positions[i]] = (int) value(patch);
        }
      }
      return;
    }
    int limit = positions[count - 1] + 1;
    for (int i = firstPatch(from); i < patches && position(i) - from < limit; i++) {
      target[position(i) - from] = (int) value(i);
    }
  }

  private int position(int patch) {
    return payload.get(INT, positionsAt + 4L * patch);
  }

  private long value(int patch) {
    return payload.get(LONG, valuesAt + 8L * patch);
  }

  private int firstPatch(int from) {
    return BitPacking.lowerBound(payload, positionsAt, patches, from);
  }

  /// What the packed zeros in the patches' places did to the mask is undone.
  @Override
  public boolean retainRange(
      int from, int count, long low, long high, boolean negated, long[] mask) {
    int words = count + 63 >>> 6;
    if (before.length < words) {
      before = new long[words];
    }
    System.arraycopy(mask, 0, before, 0, words);
    if (!packed.retainRange(from, count, low, high, negated, mask)) {
      return false;
    }
    for (int i = firstPatch(from); i < patches; i++) {
      int position = position(i) - from;
      if (position >= count) {
        break;
      }
      long value = value(i);
      long bit = 1L << position;
      boolean isKept = (value >= low && value <= high) != negated;
      int word = position >>> 6;
      mask[word] = mask[word] & ~bit | (isKept ? before[word] & bit : 0);
    }
    return true;
  }

  @Override
  public boolean canSum() {
    return packed.canSum();
  }

  @Override
  public long sum(int from, int count) {
    long sum = packed.sum(from, count);
    for (int i = firstPatch(from); i < patches; i++) {
      int position = position(i);
      if (position - from >= count) {
        break;
      }
      sum += value(i) - packed.value(position);
    }
    return sum;
  }

  @Override
  public long sum(int from, int count, long[] mask) {
    long sum = packed.sum(from, count, mask);
    for (int i = firstPatch(from); i < patches; i++) {
      int position = position(i);
      if (position - from >= count) {
        break;
      }
      sum += BitRange.get(mask, position - from) ? value(i) - packed.value(position) : 0;
    }
    return sum;
  }
}
