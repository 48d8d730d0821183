package io.tyto.engine.encoding;

import static io.tyto.engine.encoding.Layouts.INT;
import static io.tyto.engine.encoding.Layouts.LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// ```
/// 0   u32 runs
/// 64  u32 end of run x runs (position after its last value), aligned to 8
///     i64 value x runs
/// ```
final class RunLengthLongs implements LongDecoder {
  private final MemorySegment payload;
  private final int runs;
  private final long valuesAt;

  RunLengthLongs(MemorySegment payload) {
    this.payload = payload;
    runs = payload.get(INT, 0);
    valuesAt = Encoding.PARAMETER_BYTES + 4L * runs + 7 & -8L;
  }

  @Override
  public void decode(int from, int count, long[] target) {
    int run = firstRun(from);
    for (int at = 0; at < count; run++) {
      int end = Math.min(count, endOf(run, from + at) - from);
      Arrays.fill(target, at, end, valueOf(run));
      at = end;
    }
  }

  @Override
  public void decode(int from, int count, int[] target) {
    int run = firstRun(from);
    for (int at = 0; at < count; run++) {
      int end = Math.min(count, endOf(run, from + at) - from);
      Arrays.fill(target, at, end, (int) valueOf(run));
      at = end;
    }
  }

  @Override
  public void decode(int from, int[] positions, int count, long[] target) {
    int end = 0;
    long value = 0;
    for (int i = 0; i < count; i++) {
      int index = from + positions[i];
      if (index >= end) {
        int run = firstRun(index);
        end = endOf(run, index);
        value = valueOf(run);
      }
      target[positions[i]] = value;
    }
  }

  @Override
  public void decode(int from, int[] positions, int count, int[] target) {
    int end = 0;
    int value = 0;
    for (int i = 0; i < count; i++) {
      int index = from + positions[i];
      if (index >= end) {
        int run = firstRun(index);
        end = endOf(run, index);
        value = (int) valueOf(run);
      }
      target[positions[i]] = value;
    }
  }

  private int firstRun(int from) {
    return BitPacking.lowerBound(payload, Encoding.PARAMETER_BYTES, runs, from + 1);
  }

  private int endOf(int run, int at) {
    if (run >= runs) {
      throw new IndexOutOfBoundsException("run " + run + " of " + runs);
    }
    int end = payload.get(INT, Encoding.PARAMETER_BYTES + 4L * run);
    if (end <= at) {
      throw new IllegalArgumentException("run " + run + " ends before it starts");
    }
    return end;
  }

  private long valueOf(int run) {
    return payload.get(LONG, valuesAt + 8L * run);
  }

  @Override
  public boolean retainRange(
      int from, int count, long low, long high, boolean negated, long[] mask) {
    int run = firstRun(from);
    for (int at = 0; at < count; run++) {
      int end = Math.min(count, endOf(run, from + at) - from);
      long value = valueOf(run);
      if ((value >= low && value <= high) == negated) {
        BitRange.clear(mask, at, end);
      }
      at = end;
    }
    return true;
  }

  @Override
  public boolean retainMembers(int from, int count, long[] members, boolean negated, long[] mask) {
    int run = firstRun(from);
    for (int at = 0; at < count; run++) {
      int end = Math.min(count, endOf(run, from + at) - from);
      int value = (int) valueOf(run);
      if (((members[value >>> 6] >>> value & 1) != 0) == negated) {
        BitRange.clear(mask, at, end);
      }
      at = end;
    }
    return true;
  }

  @Override
  public boolean canSum() {
    return true;
  }

  @Override
  public long sum(int from, int count) {
    long sum = 0;
    int run = firstRun(from);
    for (int at = 0; at < count; run++) {
      int end = Math.min(count, endOf(run, from + at) - from);
      sum += valueOf(run) * (end - at);
      at = end;
    }
    return sum;
  }

  @Override
  public long sum(int from, int count, long[] mask) {
    long sum = 0;
    int run = firstRun(from);
    for (int at = 0; at < count; run++) {
      int end = Math.min(count, endOf(run, from + at) - from);
      sum += valueOf(run) * BitRange.cardinality(mask, at, end);
      at = end;
    }
    return sum;
  }
}
