package io.tyto.engine.aggregate;

import io.tyto.engine.domain.Hashing;
import io.tyto.engine.scan.Checkpoint;

/// Counts of pairs (group, code), in an open-addressing table. Codes count from 1.
final class PairCounts {
  private static final int FIRST = 1 << 6;

  private final long seed;
  private long[] pairs = new long[FIRST];
  private long[] counts = new long[FIRST];
  private int size;

  PairCounts(long seed) {
    this.seed = seed;
  }

  void add(int group, int code, long count) {
    long pair = (long) group << 32 | code;
    int slot = find(pairs, pair);
    if (pairs[slot] == 0) {
      if (++size > pairs.length >> 1) {
        grow();
        slot = find(pairs, pair);
      }
      pairs[slot] = pair;
    }
    counts[slot] += count;
  }

  /// No pair is 0, because no code is.
  private int find(long[] table, long pair) {
    int mask = table.length - 1;
    int slot = (int) Hashing.mix(pair, seed) & mask;
    while (table[slot] != 0 && table[slot] != pair) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private void grow() {
    long[] largerPairs = new long[pairs.length << 1];
    long[] largerCounts = new long[pairs.length << 1];
    for (int i = 0; i < pairs.length; i++) {
      Checkpoint.pass(i);
      if (pairs[i] != 0) {
        int slot = find(largerPairs, pairs[i]);
        largerPairs[slot] = pairs[i];
        largerCounts[slot] = counts[i];
      }
    }
    pairs = largerPairs;
    counts = largerCounts;
  }

  int slots() {
    return pairs.length;
  }

  boolean isEmpty(int slot) {
    return pairs[slot] == 0;
  }

  int group(int slot) {
    return (int) (pairs[slot] >>> 32);
  }

  int code(int slot) {
    return (int) pairs[slot];
  }

  long count(int slot) {
    return counts[slot];
  }

  long sizeBytes() {
    return pairs.length * 16L;
  }
}
