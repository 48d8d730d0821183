package io.tyto.engine.aggregate;

import io.tyto.engine.domain.Hashing;
import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.RowSource;
import java.util.Arrays;

/// Sets of codes by group for codes that mostly keep to one group: users by country. Holds a home
/// for each code, the first group it was seen in, and pairs (code, group) for other groups. A row
/// whose code is at home, as nearly every row is, costs one look at one small array. Not
/// thread-safe.
///
/// Where codes are in many groups each, {@link #isCrowded} says that other sets are better.
final class CodeGroups {
  private static final int MAX_GROUPS = Character.MAX_VALUE - 1;
  private static final int MAX_CODES = 1 << 22;
  private static final int FIRST_PAIRS = 1 << 10;
  private static final int GROUP_BITS = 16;

  /// What a pair takes, as half of the slots are empty.
  private static final long PAIR_BYTES = 2 * Long.BYTES;

  private static final long MAX_BITMAP_BYTES = 64L << 20;
  private static final long SEED = Hashing.PROCESS_SEED;

  /// Members by group.
  private int[] counts = new int[0];

  /// Home + 1 by code, 0 where the code was not seen yet.
  private char[] homes = new char[0];

  /// `code << 16 | group + 1`, by open addressing: every group of a code but perhaps its home.
  private long[] pairs = new long[FIRST_PAIRS];

  private int pairCount;

  /// Codes that were added, the same one many times.
  private long rows;

  /// Within a batch: the rows whose code is not at home.
  private int[] abroad = new int[RowSource.BATCH_ROWS];

  /// Whether sets of so many groups and codes can be kept.
  static boolean canHold(int groups, int codes) {
    return groups <= MAX_GROUPS && codes <= MAX_CODES;
  }

  void ensureGroups(int count) {
    if (count > counts.length) {
      counts = Arrays.copyOf(counts, Capacity.grown(counts.length, count));
    }
  }

  private void ensureCodes(int limit) {
    if (homes.length < limit) {
      homes = Arrays.copyOf(homes, Capacity.grown(homes.length, limit));
    }
  }

  /// Whether other sets would be smaller than the pairs: bitmaps, or where those are too many, sets
  /// of few members each.
  boolean isCrowded() {
    long bitmapBytes = (long) counts.length * homes.length / Byte.SIZE;
    long suited = bitmapBytes > MAX_BITMAP_BYTES ? 2L * homes.length : bitmapBytes;
    return pairCount > FIRST_PAIRS && PAIR_BYTES * pairCount > suited;
  }

  long rows() {
    return rows;
  }

  int count(int group) {
    return counts[group];
  }

  long sizeBytes() {
    return counts.length * 4L + homes.length * 2L + pairs.length * 8L;
  }

  /// Adds `codes[i]` to the set of `groups[i]`; 0 is no code.
  ///
  /// @param limit codes are below
  void add(int[] groups, int[] codes, int count, int limit) {
    rows += count;
    ensureCodes(limit);
    if (abroad.length < count) {
      abroad = new int[count];
    }
    int found = abroad(groups, codes, count, homes, abroad);
    for (int i = 0; i < found; i++) {
      add(groups[abroad[i]], codes[abroad[i]]);
    }
  }

  private static int abroad(int[] groups, int[] codes, int count, char[] homes, int[] abroad) {
    int found = 0;
    for (int i = 0; i < count; i++) {
      abroad[found] = i;
      found += homes[codes[i]] == groups[i] + 1 ? 0 : 1;
    }
    return found;
  }

  private void add(int group, int code) {
    char home = homes[code];
    if (home == group + 1 || code == 0) {
      return;
    }
    if (home == 0) {
      homes[code] = (char) (group + 1);
      counts[group]++;
    } else if (insert(pair(code, group + 1))) {
      counts[group]++;
    } else {
      // Seen here before: it moves, so that a first row on a journey makes no home for ever.
      insert(pair(code, home));
      homes[code] = (char) (group + 1);
    }
  }

  private static long pair(int code, int groupAndOne) {
    return (long) code << GROUP_BITS | groupAndOne;
  }

  private boolean insert(long pair) {
    int slot = find(pairs, pair);
    if (pairs[slot] == pair) {
      return false;
    }
    if (pairCount >= pairs.length >> 1) {
      long[] larger = new long[pairs.length << 1];
      for (int i = 0; i < pairs.length; i++) {
        Checkpoint.pass(i);
        if (pairs[i] != 0) {
          larger[find(larger, pairs[i])] = pairs[i];
        }
      }
      pairs = larger;
      slot = find(pairs, pair);
    }
    pairs[slot] = pair;
    pairCount++;
    return true;
  }

  private static int find(long[] table, long pair) {
    int mask = table.length - 1;
    int slot = (int) Hashing.mix(pair, SEED) & mask;
    while (table[slot] != 0 && table[slot] != pair) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  /// Adds all of another one's sets.
  void merge(CodeGroups other) {
    rows += other.rows;
    ensureGroups(other.counts.length);
    ensureCodes(other.homes.length);
    other.forEach(this::add);
  }

  /// Takes each member of each set; some come twice.
  interface Member {
    void accept(int group, int code);
  }

  void forEach(Member member) {
    for (int code = 1; code < homes.length; code++) {
      Checkpoint.pass(code);
      if (homes[code] != 0) {
        member.accept(homes[code] - 1, code);
      }
    }
    for (int i = 0; i < pairs.length; i++) {
      Checkpoint.pass(i);
      long pair = pairs[i];
      if (pair != 0) {
        member.accept((int) (pair & (1 << GROUP_BITS) - 1) - 1, (int) (pair >>> GROUP_BITS));
      }
    }
  }
}
