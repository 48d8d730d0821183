package io.tyto.engine.filter;

import java.util.Arrays;

/// Chooses rows by hashes, so that the same are chosen each time, in any process. Thread-safe: no
/// state.
public final class RowSample {
  private static final double UNIT = 0x1.0p-53;

  private RowSample() {}

  /// The hash of an entity of a partition, by which all of its rows are chosen.
  static long ofEntity(int partition, long entity) {
    return entity * 31 + partition;
  }

  /// The hash of one row by its identity.
  ///
  /// @param logHash see {@link #ofLog}
  public static long ofRow(int partition, int logHash, long offset) {
    return (offset * 31 + partition ^ logHash) * 0x9E3779B97F4A7C15L;
  }

  /// The hash of a log's id in UTF-8.
  public static int ofLog(byte[] id) {
    return Arrays.hashCode(id);
  }

  /// Whether that hash is among the chosen part; so it is for every greater part too.
  public static boolean isChosen(long hash, double rate) {
    long mixed = (hash ^ hash >>> 32) * 0xD6E8FEB86659FD93L;
    mixed = (mixed ^ mixed >>> 32) * 0x9FB21C651E98DF25L;
    return ((mixed ^ mixed >>> 32) >>> 11) * UNIT < rate;
  }
}
