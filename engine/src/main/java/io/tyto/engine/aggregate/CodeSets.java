package io.tyto.engine.aggregate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One set of codes (from 1) per group: a small hash table at first, a bitmap once that is smaller.
final class CodeSets {
  private static final int FIRST_TABLE = 8;
  private static final int ARRAY_BYTES = 16;

  private int[] counts = new int[0];
  private int[] @Nullable [] tables = new int[0][];
  private long[] @Nullable [] bitmaps = new long[0][];
  private long dataBytes;

  void ensureGroups(int count) {
    if (count > counts.length) {
      int capacity = Capacity.grown(counts.length, count);
      counts = Arrays.copyOf(counts, capacity);
      tables = Arrays.copyOf(tables, capacity);
      bitmaps = Arrays.copyOf(bitmaps, capacity);
    }
  }

  int count(int group) {
    return counts[group];
  }

  long sizeBytes() {
    return counts.length * 20L + dataBytes;
  }

  /// @param limit codes are below it as far as known now
  void add(int group, int code, int limit) {
    long[] bitmap = bitmaps[group];
    if (bitmap == null) {
      addToTable(group, code, limit);
      return;
    }
    int word = code >>> 6;
    if (word >= bitmap.length) {
      bitmap = growBitmap(group, bitmap, word);
    }
    long bit = 1L << code;
    counts[group] += (int) (~bitmap[word] >>> code & 1);
    bitmap[word] |= bit;
  }

  private long[] growBitmap(int group, long[] bitmap, int word) {
    long[] larger = Arrays.copyOf(bitmap, Math.max(word + 1, bitmap.length << 1));
    dataBytes += 8L * (larger.length - bitmap.length);
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
      toBitmap(group, table, limit);
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

  private void toBitmap(int group, int[] table, int limit) {
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
    dataBytes += 8L * bitmap.length - 4L * table.length;
    bitmaps[group] = bitmap;
    tables[group] = null;
  }

  void merge(CodeSets other, int source, int target, int limit) {
    long[] bitmap = other.bitmaps[source];
    if (bitmap != null) {
      mergeBitmap(bitmap, target, limit);
      return;
    }
    int[] table = other.tables[source];
    if (table != null) {
      for (int code : table) {
        if (code != 0) {
          add(target, code, limit);
        }
      }
    }
  }

  private void mergeBitmap(long[] from, int target, int limit) {
    long[] held = bitmaps[target];
    if (held == null) {
      int[] table = tables[target];
      toBitmap(target, table == null ? new int[0] : table, Math.max(limit, from.length * 64 - 1));
    } else if (held.length < from.length) {
      growBitmap(target, held, from.length - 1);
    }
    long[] to = bitmaps[target];
    if (to == null) {
      throw new IllegalStateException("group " + target + " has no bitmap");
    }
    int count = 0;
    for (int word = 0; word < to.length; word++) {
      if (word < from.length) {
        to[word] |= from[word];
      }
      count += Long.bitCount(to[word]);
    }
    counts[target] = count;
  }
}
