package io.tyto.engine.entity;

import io.tyto.engine.row.Row;
import org.jspecify.annotations.Nullable;

/// The hash that decides a row's partition: XXH64 with seed 0 over the raw key bytes. Fixed for
/// ever: a change would send an entity to another partition than its history.
///
/// Raw key bytes are the physical bytes of a string, uuid, ip, json or wide decimal, and eight
/// big-endian bytes of anything held as a long or double.
public final class KeyHash {

  private KeyHash() {}

  public static long of(byte[] key) {
    throw new UnsupportedOperationException();
  }

  /// `floorMod(of(key), partitions)`.
  public static int partition(byte[] key, int partitions) {
    return (int) Math.floorMod(of(key), (long) partitions);
  }

  /// Raw key bytes of a row's cell, null where it is null. Not a copy where the cell holds bytes.
  public static byte @Nullable [] keyOf(Row row, int column) {
    throw new UnsupportedOperationException();
  }
}
