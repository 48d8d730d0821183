package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import java.util.Arrays;

/// Counts rows.
public final class CountAccumulator implements Accumulator {
  private long[] counts = new long[0];

  @Override
  public void ensureGroups(int count) {
    if (count > counts.length) {
      counts = Arrays.copyOf(counts, Capacity.grown(counts.length, count));
    }
  }

  @Override
  public void update(Batch batch, GroupedRows rows) {
    if (rows.isOneGroup) {
      counts[0] += rows.count;
      return;
    }
    long[] cells = counts;
    int[] groups = rows.groups;
    for (int i = 0; i < rows.count; i++) {
      cells[groups[i]]++;
    }
  }

  @Override
  public void endSource() {}

  @Override
  public void merge(Accumulator other, int[] sources, int[] targets, int count) {
    long[] from = ((CountAccumulator) other).counts;
    for (int i = 0; i < count; i++) {
      counts[targets[i]] += from[sources[i]];
    }
  }

  @Override
  public Accumulator fresh() {
    return new CountAccumulator();
  }

  @Override
  public boolean isOrderFree() {
    return true;
  }

  @Override
  public long sizeBytes() {
    return counts.length * 8L;
  }

  @Override
  public Form form() {
    return Form.LONGS;
  }

  @Override
  public boolean isNull(int group) {
    return false;
  }

  @Override
  public int compare(int left, int right) {
    return Long.compare(counts[left], counts[right]);
  }

  @Override
  public long asLong(int group) {
    return counts[group];
  }

  @Override
  public double asDouble(int group) {
    return counts[group];
  }

  @Override
  public Object value(int group) {
    return counts[group];
  }
}
