package io.tyto.engine.behaviour;

import io.tyto.engine.scan.MemoryBudget;
import io.tyto.engine.scan.StoppableSort;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Numbers that are kept for a median or another quantile, counted against a budget. Not
/// thread-safe.
public final class LongValues {
  private static final int FIRST_CAPACITY = 1 << 8;

  private final MemoryBudget memory;
  private long[] values = new long[0];
  private int size;

  public LongValues(MemoryBudget memory) {
    this.memory = memory;
  }

  public void add(long value) {
    if (size == values.length) {
      int capacity = Math.max(FIRST_CAPACITY, Math.addExact(size, size >> 1));
      memory.reserve((capacity - size) * (long) Long.BYTES);
      values = Arrays.copyOf(values, capacity);
    }
    values[size++] = value;
  }

  public int size() {
    return size;
  }

  /// All values of some lists, ascending.
  public static long[] sorted(List<LongValues> lists, MemoryBudget memory) {
    long total = 0;
    for (LongValues list : lists) {
      total += list.size;
    }
    memory.reserve(total * Long.BYTES);
    long[] all = new long[Math.toIntExact(total)];
    int at = 0;
    for (LongValues list : lists) {
      System.arraycopy(list.values, 0, all, at, list.size);
      at += list.size;
    }
    StoppableSort.sort(all);
    return all;
  }

  /// Interpolated between the two values around it; null where there is no value.
  public static @Nullable Double quantile(long[] sorted, double q) {
    if (sorted.length == 0) {
      return null;
    }
    double place = q * (sorted.length - 1);
    int below = (int) place;
    double low = sorted[below];
    return below + 1 == sorted.length
        ? low
        : low + (place - below) * ((double) sorted[below + 1] - low);
  }
}
