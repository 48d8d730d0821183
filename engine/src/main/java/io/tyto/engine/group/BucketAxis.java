package io.tyto.engine.group;

/// Consecutive half-open intervals in a column's own unit: bucket i is `[boundaries[i],
/// boundaries[i + 1])`; values outside fall away. Immutable.
///
/// @param boundaries strictly ascending, at least two; not changed by anyone
public record BucketAxis(long[] boundaries) {
  public BucketAxis {
    if (boundaries.length < 2) {
      throw new IllegalArgumentException("an axis has at least one bucket");
    }
    for (int i = 1; i < boundaries.length; i++) {
      if (boundaries[i - 1] >= boundaries[i]) {
        throw new IllegalArgumentException("boundaries ascend: " + i);
      }
    }
  }

  public int buckets() {
    return boundaries.length - 1;
  }

  /// The bucket of a value, or -1.
  public int bucketOf(long value) {
    int found = java.util.Arrays.binarySearch(boundaries, value);
    int bucket = found >= 0 ? found : -found - 2;
    return bucket >= 0 && bucket < buckets() ? bucket : -1;
  }
}
