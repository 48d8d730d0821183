package io.tyto.engine.aggregate;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// One set of codes (from 1) per group: a bitmap as soon as the rows seen so far pay for clearing
/// it, a small hash table until then.
///
/// Bitmaps are written without a look at what they hold and counted when asked for. A code of 0 may
/// be among those added and does not count.
final class CodeSets {
  private static final int FIRST_TABLE = 8;
  private static final int ARRAY_BYTES = 16;

  /// All bitmaps together may take so many bytes before tables are preferred.
  private static final long MAX_EAGER_BYTES = 64L << 20;

  private static final long FIRST_EAGER_BYTES = 1L << 20;

  /// What a row earns for bitmaps: about as long as a row takes, so many bytes are cleared.
  private static final long EAGER_BYTES_A_ROW = 64;

  private static final int UNKNOWN = -1;

  /// Members of tables and of counted bitmaps, else UNKNOWN.
  private int[] counts = new int[0];

  private int[] @Nullable [] tables = new int[0][];
  private long[] @Nullable [] bitmaps = new long[0][];

  /// Groups whose bitmap belongs to other sets too and is copied before it is written.
  private final BitSet shared = new BitSet();

  private long dataBytes;
  private long bitmapBytes;
  private long rows;

  void ensureGroups(int count) {
    if (count > counts.length) {
      int capacity = Capacity.grown(counts.length, count);
      counts = Arrays.copyOf(counts, capacity);
      tables = Arrays.copyOf(tables, capacity);
      bitmaps = Arrays.copyOf(bitmaps, capacity);
    }
  }

  int count(int group) {
    long[] bitmap = bitmaps[group];
    if (bitmap != null && counts[group] == UNKNOWN) {
      long count = 0;
      for (long word : bitmap) {
        count += Long.bitCount(word);
      }
      counts[group] = (int) (count - (bitmap[0] & 1));
    }
    return counts[group];
  }

  /// The codes of a group, ascending.
  int[] members(int group) {
    long[] bitmap = bitmaps[group];
    int[] table = tables[group];
    if (bitmap != null) {
      int[] members = new int[count(group)];
      int found = 0;
      for (int word = 0; word < bitmap.length; word++) {
        long left = word == 0 ? bitmap[0] & ~1L : bitmap[word];
        for (; left != 0; left &= left - 1) {
          members[found++] = (word << 6) + Long.numberOfTrailingZeros(left);
        }
      }
      return members;
    }
    return table == null
        ? new int[0]
        : Arrays.stream(table).filter(code -> code != 0).sorted().toArray();
  }

  long sizeBytes() {
    return counts.length * 20L + dataBytes + bitmapBytes;
  }

  /// Adds `codes[i]` to the set of `groups[i]`.
  ///
  /// @param limit codes are below it as far as known now
  void add(int[] groups, int[] codes, int count, int limit) {
    rows += count;
    for (int i = 0; i < count; i++) {
      add(groups[i], codes[i], limit);
    }
  }

  void add(int group, int code, int limit) {
    long[] bitmap = bitmaps[group];
    if (bitmap != null && code >>> 6 < bitmap.length) {
      bitmap[code >>> 6] |= 1L << code;
    } else {
      addSlowly(group, code, limit);
    }
  }

  /// Adds the codes to the set of one group.
  void add(int group, int[] codes, int count, int limit) {
    rows += count;
    int words = (limit >>> 6) + 1;
    long[] bitmap = bitmaps[group];
    if (bitmap == null ? !earns(words) : bitmap.length < words) {
      for (int i = 0; i < count; i++) {
        addSlowly(group, codes[i], limit);
      }
      return;
    }
    if (bitmap == null) {
      bitmap = toBitmap(group, limit);
    }
    for (int i = 0; i < count; i++) {
      bitmap[codes[i] >>> 6] |= 1L << codes[i];
    }
  }

  private boolean earns(int words) {
    long earned = FIRST_EAGER_BYTES + EAGER_BYTES_A_ROW * rows;
    return bitmapBytes + words * 8L <= Math.min(earned, MAX_EAGER_BYTES);
  }

  private void addSlowly(int group, int code, int limit) {
    if (code == 0) {
      return;
    }
    long[] bitmap = bitmaps[group];
    if (bitmap == null) {
      if (!earns((limit >>> 6) + 1)) {
        addToTable(group, code, limit);
        return;
      }
      bitmap = toBitmap(group, limit);
    }
    if (code >>> 6 >= bitmap.length) {
      bitmap = growBitmap(group, bitmap, code >>> 6);
    }
    bitmap[code >>> 6] |= 1L << code;
  }

  private long[] growBitmap(int group, long[] bitmap, int word) {
    long[] larger = Arrays.copyOf(bitmap, Math.max(word + 1, bitmap.length << 1));
    bitmapBytes += 8L * (larger.length - bitmap.length);
    bitmaps[group] = larger;
    return larger;
  }

  private void addToTable(int group, int code, int limit) {
    int[] table = tables[group];
    if (table == null) {
      table = new int[FIRST_TABLE];
      tables[group] = table;
      dataBytes += ARRAY_BYTES + 4L * FIRST_TABLE;
    }
    if (!insert(table, code) || ++counts[group] <= table.length >> 1) {
      return;
    }
    if (table.length * 2L * Integer.SIZE >= limit) {
      toBitmap(group, limit);
    } else {
      int[] larger = new int[table.length << 1];
      for (int held : table) {
        if (held != 0) {
          insert(larger, held);
        }
      }
      dataBytes += 4L * table.length;
      tables[group] = larger;
    }
  }

  /// True where the code was not there.
  private static boolean insert(int[] table, int code) {
    int mask = table.length - 1;
    int slot = code * 0x9E3779B9 >>> 7 & mask;
    while (table[slot] != 0) {
      if (table[slot] == code) {
        return false;
      }
      slot = slot + 1 & mask;
    }
    table[slot] = code;
    return true;
  }

  /// Turns the group's table, or nothing, into a bitmap.
  private long[] toBitmap(int group, int limit) {
    int[] table = tables[group] == null ? new int[0] : tables[group];
    int greatest = limit;
    for (int held : table) {
      greatest = Math.max(greatest, held);
    }
    long[] bitmap = new long[(greatest >>> 6) + 1];
    for (int held : table) {
      if (held != 0) {
        bitmap[held >>> 6] |= 1L << held;
      }
    }
    bitmapBytes += 8L * bitmap.length;
    dataBytes -= table.length == 0 ? 0 : ARRAY_BYTES + 4L * table.length;
    bitmaps[group] = bitmap;
    tables[group] = null;
    counts[group] = UNKNOWN;
    return bitmap;
  }

  /// Adds a group of other sets, which change no more.
  void merge(CodeSets other, int source, int target, int limit) {
    long[] bitmap = other.bitmaps[source];
    if (bitmap != null) {
      mergeBitmap(other, source, bitmap, target, limit);
      return;
    }
    int[] table = other.tables[source];
    if (table != null) {
      unshare(target);
      for (int code : table) {
        addSlowly(target, code, limit);
      }
      if (bitmaps[target] != null) {
        counts[target] = UNKNOWN;
      }
    }
  }

  private void unshare(int group) {
    long[] bitmap = bitmaps[group];
    if (bitmap != null && shared.get(group)) {
      bitmaps[group] = bitmap.clone();
      shared.clear(group);
    }
  }

  private void mergeBitmap(CodeSets other, int source, long[] from, int target, int limit) {
    if (bitmaps[target] == null && tables[target] == null) {
      bitmaps[target] = from;
      counts[target] = other.counts[source];
      shared.set(target);
      bitmapBytes += 8L * from.length;
      return;
    }
    unshare(target);
    long[] to = bitmaps[target];
    if (to == null) {
      to = toBitmap(target, Math.max(limit, from.length * 64 - 1));
    }
    if (to.length < from.length) {
      to = growBitmap(target, to, from.length - 1);
    }
    for (int word = 0; word < from.length; word++) {
      to[word] |= from[word];
    }
    counts[target] = UNKNOWN;
  }
}
