package io.tyto.engine.domain;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;

/// Hash functions of the engine's tables. They are seeded: nobody can send keys that collide.
public final class Hashing {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FIRST = 0x9E3779B97F4A7C15L;
  private static final long SECOND = 0xD6E8FEB86659FD93L;

  /// Of values in sketches. Never changes: sketches of other nodes and other days must agree.
  public static final long SKETCH_SEED = 0x7479746f2d686c6cL;

  /// Of tables that outlive a query, or are too small to have one of their own; never leaves the
  /// process.
  public static final long PROCESS_SEED = new SecureRandom().nextLong();

  private Hashing() {}

  /// All bits of the result depend on all bits of the input.
  public static long mix(long value, long seed) {
    long h = (value ^ seed) * FIRST;
    h ^= h >>> 32;
    h *= SECOND;
    return h ^ h >>> 29;
  }

  /// 64-bit hash of `data[from, from + length)`.
  public static long bytes(byte[] data, int from, int length, long seed) {
    long h = seed + length * FIRST;
    int at = from;
    int left = length;
    for (; left >= Long.BYTES; left -= Long.BYTES, at += Long.BYTES) {
      h = fold(h ^ (long) LONGS.get(data, at));
    }
    if (left > 0) {
      long tail = 0;
      for (int i = 0; i < left; i++) {
        tail |= (data[at + i] & 0xffL) << (i << 3);
      }
      h = fold(h ^ tail);
    }
    return mix(h, SECOND);
  }

  private static long fold(long value) {
    return Math.unsignedMultiplyHigh(value, FIRST) ^ value * FIRST + SECOND;
  }
}
