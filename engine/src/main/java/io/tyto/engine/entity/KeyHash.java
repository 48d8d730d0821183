package io.tyto.engine.entity;

import io.tyto.engine.row.Row;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The hash that decides a row's partition: XXH64 with seed 0 over the raw key bytes. Fixed for
/// ever: a change would send an entity to another partition than its history.
///
/// Raw key bytes are the physical bytes of a string, uuid, ip or wide decimal, and eight big-endian
/// bytes of anything held as a long or double.
public final class KeyHash {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_ENDIAN_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;
  private static final int STRIPE_BYTES = 32;

  private KeyHash() {}

  public static long of(byte[] key) {
    return of(key, 0);
  }

  /// XXH64 with a seed, for tables that must not be flooded by keys chosen to collide.
  static long of(byte[] key, long seed) {
    return of(key, 0, key.length, seed);
  }

  /// Of the key `data[from, from + length)`.
  public static long of(byte[] data, int from, int length) {
    return of(data, from, length, 0);
  }

  /// Of a key that is held as a long: that of its eight big-endian bytes.
  public static long of(long key) {
    return of(key, 0);
  }

  static long of(long key, long seed) {
    long hash = seed + PRIME_5 + Long.BYTES ^ round(0, Long.reverseBytes(key));
    return avalanche(Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4);
  }

  private static long of(byte[] key, int from, int length, long seed) {
    int position = from;
    int end = from + length;
    long hash;
    if (length >= STRIPE_BYTES) {
      long a = seed + PRIME_1 + PRIME_2;
      long b = seed + PRIME_2;
      long c = seed;
      long d = seed - PRIME_1;
      for (; position <= end - STRIPE_BYTES; position += STRIPE_BYTES) {
        a = round(a, (long) LONG.get(key, position));
        b = round(b, (long) LONG.get(key, position + 8));
        c = round(c, (long) LONG.get(key, position + 16));
        d = round(d, (long) LONG.get(key, position + 24));
      }
      hash =
          Long.rotateLeft(a, 1)
              + Long.rotateLeft(b, 7)
              + Long.rotateLeft(c, 12)
              + Long.rotateLeft(d, 18);
      hash = mergeRound(mergeRound(mergeRound(mergeRound(hash, a), b), c), d);
    } else {
      hash = seed + PRIME_5;
    }
    return avalanche(tail(hash + length, key, position, end));
  }

  /// `floorMod(of(key), partitions)`.
  public static int partition(byte[] key, int partitions) {
    return Math.floorMod(of(key), partitions);
  }

  /// Raw key bytes of a row's cell, null where it is null. Not a copy where the cell holds bytes.
  public static byte @Nullable [] keyOf(Row row, int column) {
    return switch (row.kind(column)) {
      case NULL -> null;
      case LONG -> bytesOf(row.longAt(column));
      case DOUBLE -> bytesOf(Double.doubleToLongBits(row.doubleAt(column)));
      case BYTES -> row.bytesAt(column);
      case LIST -> throw new IllegalArgumentException("a list cannot be a key");
    };
  }

  /// The raw key bytes of what is held as a long.
  public static byte[] bytesOf(long value) {
    byte[] key = new byte[Long.BYTES];
    BIG_ENDIAN_LONG.set(key, 0, value);
    return key;
  }

  private static long tail(long start, byte[] key, int from, int end) {
    long hash = start;
    int position = from;
    for (; position <= end - Long.BYTES; position += Long.BYTES) {
      hash ^= round(0, (long) LONG.get(key, position));
      hash = Long.rotateLeft(hash, 27) * PRIME_1 + PRIME_4;
    }
    if (position <= end - Integer.BYTES) {
      hash ^= Integer.toUnsignedLong((int) INT.get(key, position)) * PRIME_1;
      hash = Long.rotateLeft(hash, 23) * PRIME_2 + PRIME_3;
      position += Integer.BYTES;
    }
    for (; position < end; position++) {
      hash ^= Byte.toUnsignedLong(key[position]) * PRIME_5;
      hash = Long.rotateLeft(hash, 11) * PRIME_1;
    }
    return hash;
  }

  private static long round(long accumulator, long input) {
    return Long.rotateLeft(accumulator + input * PRIME_2, 31) * PRIME_1;
  }

  private static long mergeRound(long hash, long accumulator) {
    return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
  }

  private static long avalanche(long value) {
    long hash = value;
    hash = (hash ^ hash >>> 33) * PRIME_2;
    hash = (hash ^ hash >>> 29) * PRIME_3;
    return hash ^ hash >>> 32;
  }
}
