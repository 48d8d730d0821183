package io.tyto.engine.source;

/// For every batch of rows the set of its values, which errs to one side: a value that is not in
/// the set is in none of the batch's rows, one that is may be. Thread-safe.
///
/// Batch b holds the rows `[b * BATCH_ROWS, (b + 1) * BATCH_ROWS)`; batches are asked for by
/// groups.
public interface BatchSets {
  int GROUP_BATCHES = 64;

  /// Bit i is set where batch `group * GROUP_BATCHES + i` may hold a value of this hash; of a
  /// dictionary-coded column the hash of the ordinal.
  long mayHold(int group, long hash);

  /// Part of the segment format: never changed.
  static long hash(long value) {
    long hash = value * 0x9E3779B97F4A7C15L;
    hash = (hash ^ hash >>> 32) * 0xD6E8FEB86659FD93L;
    return hash ^ hash >>> 32;
  }

  /// The same for bytes that have no dictionary.
  static long hash(byte[] data, int from, int length) {
    long hash = length;
    int at = from;
    for (int left = length; left > 0; left -= Long.BYTES) {
      long word = 0;
      for (int i = 0; i < Math.min(left, Long.BYTES); i++) {
        word |= (data[at++] & 0xffL) << (i << 3);
      }
      hash = hash(hash ^ word);
    }
    return hash(hash);
  }
}
