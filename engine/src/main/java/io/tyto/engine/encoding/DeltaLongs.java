package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.LONG;

import io.tyto.engine.kernel.PackedKernels;
import io.tyto.engine.kernel.PackedValues;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// ```
/// 0   i64 least difference
/// 8   i64 divisor
/// 16  u8  width
/// 64  i64 anchor x ceil(values / 1024): the value at position 1024 k
///     packed (value i - value (i - 1) - least) / divisor; 0 at anchors
/// ```
final class DeltaLongs implements LongDecoder {
  static final int MINI_BLOCK = 1 << 10;

  private final MemorySegment payload;
  private final PackedValues packed;
  private final long least;
  private final long divisor;
  private final int values;

  /// The values of the mini-block decoded last.
  private final long[] miniBlock = new long[MINI_BLOCK];

  private int decodedStart = -1;
  private int decodedLength;

  DeltaLongs(MemorySegment payload, int values) {
    this.payload = payload;
    this.values = values;
    least = payload.get(LONG, 0);
    divisor = payload.get(LONG, 8);
    int width = PackedLongs.checkedWidth(payload);
    long packedAt = Encoding.PARAMETER_BYTES + 8L * ((values + MINI_BLOCK - 1) / MINI_BLOCK);
    packed = new PackedValues(payload, packedAt, width);
  }

  @Override
  public void decode(int from, int count, long[] target) {
    for (int at = from, end = from + count; at < end; ) {
      int start = at & -MINI_BLOCK;
      int length = Math.min(end, start + MINI_BLOCK) - start;
      accumulate(start, length);
      System.arraycopy(miniBlock, at - start, target, at - from, start + length - at);
      at = start + length;
    }
  }

  @Override
  public void decodeAfter(int from, long first, int count, long[] target) {
    if (from + count > values) {
      throw new IndexOutOfBoundsException(from + count + " of " + values + " values");
    }
    if (packed.width() == 0) {
      Arrays.fill(target, 0, count, 0);
    } else {
      PackedKernels.best().unpack(packed, from, count, 0, target);
    }
    sum(first, count, target);
  }

  @Override
  public void decode(int from, int count, int[] target) {
    for (int at = from, end = from + count; at < end; ) {
      int start = at & -MINI_BLOCK;
      int length = Math.min(end, start + MINI_BLOCK) - start;
      accumulate(start, length);
      for (; at < start + length; at++) {
        target[at - from] = (int) miniBlock[at - start];
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

  private long value(int index) {
    int start = index & -MINI_BLOCK;
    if (start != decodedStart || index - start >= decodedLength) {
      accumulate(start, Math.min(values - start, MINI_BLOCK));
    }
    return miniBlock[index - start];
  }

  private void accumulate(int start, int length) {
    if (start + length > values) {
      throw new IndexOutOfBoundsException(start + length + " of " + values + " values");
    }
    if (start == decodedStart && length <= decodedLength) {
      return;
    }
    decodedStart = -1;
    if (packed.width() == 0) {
      Arrays.fill(miniBlock, 0, length, 0);
    } else {
      PackedKernels.best().unpack(packed, start, length, 0, miniBlock);
    }
    long value = payload.get(LONG, Encoding.PARAMETER_BYTES + 8L * (start / MINI_BLOCK));
    sum(value, length, miniBlock);
    decodedStart = start;
    decodedLength = length;
  }

  /// Puts values in the place of differences.
  private void sum(long first, int count, long[] differences) {
    long value = first;
    differences[0] = value;
    for (int i = 1; i < count; i++) {
      value += least + differences[i] * divisor;
      differences[i] = value;
    }
  }
}
