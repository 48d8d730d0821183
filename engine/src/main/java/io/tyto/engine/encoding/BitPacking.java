package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.INT;

import io.tyto.engine.kernel.PackedValues;
import java.lang.foreign.MemorySegment;

/// Unsigned values of `width` bits in one little-endian bit stream: value i takes the bits `[i *
/// width, (i + 1) * width)`, bit 0 being the lowest of byte 0.
///
/// Any value can be read alone by one unaligned eight-byte read, which is why widths of 58 to 63 do
/// not exist. A read may touch seven bytes after the last value.
final class BitPacking {
  private BitPacking() {}

  /// The narrowest width that holds the value and that kernels read well: bytes and halves of words
  /// where they cost little more.
  static int widthFor(long maxUnsigned) {
    int width = Long.SIZE - Long.numberOfLeadingZeros(maxUnsigned);
    if (width == 7 || width == 15) {
      return width + 1;
    }
    if (width >= 29 && width <= 31) {
      return 32;
    }
    return width > PackedValues.MAX_SHIFTED_WIDTH ? Long.SIZE : width;
  }

  static boolean isWidth(int width) {
    return width >= 0 && width <= PackedValues.MAX_SHIFTED_WIDTH || width == Long.SIZE;
  }

  static long bytes(long count, int width) {
    return (count * width + 7) >>> 3;
  }

  static void pack(long[] values, int count, int width, PayloadBuilder target) {
    if (width == Long.SIZE) {
      for (int i = 0; i < count; i++) {
        target.putLong(values[i]);
      }
      return;
    }
    long word = 0;
    int used = 0;
    for (int i = 0; i < count; i++) {
      word |= values[i] << used;
      used += width;
      if (used >= Long.SIZE) {
        target.putLong(word);
        used -= Long.SIZE;
        word = used == 0 ? 0 : values[i] >>> width - used;
      }
    }
    for (int bits = 0; bits < used; bits += Byte.SIZE) {
      target.putByte((int) (word >>> bits));
    }
  }

  static long get(MemorySegment packed, long start, int width, long index) {
    return new PackedValues(packed, start, width).get(index);
  }

  /// First of `count` ascending ints that is not below the key.
  static int lowerBound(MemorySegment payload, long start, int count, int key) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = low + high >>> 1;
      if (payload.get(INT, start + 4L * middle) < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
