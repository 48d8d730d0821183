package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.INT;

import io.tyto.engine.kernel.PackedValues;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Unsigned values of `width` bits in one little-endian bit stream: value i takes the bits `[i *
/// width, (i + 1) * width)`, bit 0 being the lowest of byte 0.
///
/// Any value can be read alone by one unaligned eight-byte read, which is why widths of 58 to 63 do
/// not exist. A read may touch seven bytes after the last value.
final class BitPacking {
  private static final VarHandle SHORTS =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

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
    int bytes = Math.toIntExact(bytes(count, width));
    int start = target.grow(bytes);
    byte[] data = target.array();
    switch (width) {
      case 0 -> {}
      case 8 -> {
        for (int i = 0; i < count; i++) {
          data[start + i] = (byte) values[i];
        }
      }
      case 16 -> {
        for (int i = 0; i < count; i++) {
          SHORTS.set(data, start + 2 * i, (short) values[i]);
        }
      }
      case 32 -> {
        for (int i = 0; i < count; i++) {
          INTS.set(data, start + 4 * i, (int) values[i]);
        }
      }
      case Long.SIZE -> {
        for (int i = 0; i < count; i++) {
          LONGS.set(data, start + 8 * i, values[i]);
        }
      }
      default -> packBits(values, count, width, data, start, start + bytes);
    }
  }

  private static void packBits(
      long[] values, int count, int width, byte[] data, int start, int end) {
    long word = 0;
    int used = 0;
    int at = start;
    for (int i = 0; i < count; i++) {
      long value = values[i];
      word |= value << used;
      used += width;
      if (used >= Long.SIZE) {
        LONGS.set(data, at, word);
        at += Long.BYTES;
        used -= Long.SIZE;
        word = used == 0 ? 0 : value >>> width - used;
      }
    }
    for (; at < end; at++) {
      data[at] = (byte) word;
      word >>>= Byte.SIZE;
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
