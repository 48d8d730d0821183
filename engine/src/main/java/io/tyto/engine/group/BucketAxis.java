package io.tyto.engine.group;

import java.util.Arrays;

/// Consecutive half-open intervals in a column's own unit: bucket i is `[boundaries[i],
/// boundaries[i + 1])`; values outside fall away, nulls too. Immutable, thread-safe.
public final class BucketAxis {
  private final long[] boundaries;
  private final long uniformWidth;

  /// @param boundaries strictly ascending, at least two; not changed by anyone
  public BucketAxis(long[] boundaries) {
    if (boundaries.length < 2) {
      throw new IllegalArgumentException("an axis has at least one bucket");
    }
    long width = boundaries[1] - boundaries[0];
    for (int i = 1; i < boundaries.length; i++) {
      if (boundaries[i - 1] >= boundaries[i]) {
        throw new IllegalArgumentException("boundaries must ascend, but do not at " + i);
      }
      width = boundaries[i] - boundaries[i - 1] == width ? width : 0;
    }
    this.boundaries = boundaries;
    long span = boundaries[boundaries.length - 1] - boundaries[0];
    uniformWidth = width > 0 && span > 0 ? width : 0;
  }

  /// The array itself.
  public long[] boundaries() {
    return boundaries;
  }

  public int buckets() {
    return boundaries.length - 1;
  }

  /// The width of every bucket, or 0 where they differ.
  long uniformWidth() {
    return uniformWidth;
  }

  /// The bucket of a value, or -1.
  public int bucketOf(long value) {
    int found = Arrays.binarySearch(boundaries, value);
    int bucket = found >= 0 ? found : -found - 2;
    return bucket >= 0 && bucket < buckets() ? bucket : -1;
  }
}
