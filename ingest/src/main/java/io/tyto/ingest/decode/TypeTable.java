package io.tyto.ingest.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What belongs to the types of events, found by bytes of a record without making a text of them.
/// Immutable, thus thread-safe.
public final class TypeTable<T> {
  private final List<byte[]> names = new ArrayList<>();
  private final List<T> values = new ArrayList<>();

  /// Position + 1 by hash, 0 where free; a power of two.
  private final int[] table;

  public TypeTable(Map<String, T> byName) {
    table = new int[Math.max(4, Integer.highestOneBit(Math.max(1, byName.size())) * 4)];
    byName.forEach((name, value) -> {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      names.add(bytes);
      values.add(value);
      int slot = hash(bytes, 0, bytes.length);
      while (table[slot] != 0) {
        slot = slot + 1 & table.length - 1;
      }
      table[slot] = names.size();
    });
  }

  /// What belongs to the type of that name, or null.
  public @Nullable T find(byte[] data, int from, int to) {
    for (int slot = hash(data, from, to); table[slot] != 0; slot = slot + 1 & table.length - 1) {
      byte[] name = names.get(table[slot] - 1);
      if (Arrays.equals(name, 0, name.length, data, from, to)) {
        return values.get(table[slot] - 1);
      }
    }
    return null;
  }

  private int hash(byte[] data, int from, int to) {
    int hash = to - from;
    for (int i = from; i < to; i++) {
      hash = (hash ^ data[i]) * 0x01000193;
    }
    return (hash ^ hash >>> 15) & table.length - 1;
  }
}
