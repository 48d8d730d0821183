package io.tyto.engine.group;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.source.Ascending;
import io.tyto.engine.source.ColumnReader;
import org.jspecify.annotations.Nullable;

/// The buckets of a time key as runs of rows, where a source's rows ascend by time: bounds of runs
/// are searched for, and the column is not read. Not thread-safe.
final class BucketRuns {
  private final int slot;
  private final BucketAxis axis;
  private int sourceIndex = -1;
  private @Nullable Ascending times;

  /// The run looked at last: rows `[from, to)` have the code.
  private int from;

  private int to;
  private int code;

  BucketRuns(int slot, BucketAxis axis) {
    this.slot = slot;
    this.axis = axis;
  }

  /// Whether rows ascend by the key where the batch is, so that the other methods may be asked.
  boolean isAscending(Batch batch) {
    if (batch.sourceIndex() != sourceIndex) {
      sourceIndex = batch.sourceIndex();
      ColumnReader reader = batch.reader(slot);
      times = reader == null ? null : reader.ascending();
      from = 0;
      to = 0;
    }
    return times != null;
  }

  /// Turns to the run of a row and returns its code: 0 for rows without a time, {@link
  /// KeyCoder#DROPPED} outside the axis.
  int codeAt(int row) {
    Ascending ascending = times();
    if (row >= from && row < to) {
      return code;
    }
    if (row >= ascending.present()) {
      return turn(ascending.present(), Integer.MAX_VALUE, 0);
    }
    long value = ascending.value(row);
    long[] boundaries = axis.boundaries();
    if (value < boundaries[0]) {
      return turn(0, ascending.firstAtLeast(boundaries[0], row), KeyCoder.DROPPED);
    }
    int bucket = bucketOf(value);
    if (bucket < 0) {
      return turn(row, ascending.present(), KeyCoder.DROPPED);
    }
    return turn(row, ascending.firstAtLeast(boundaries[bucket + 1], row), bucket + 1);
  }

  /// Mostly the one after the last.
  private int bucketOf(long value) {
    long[] boundaries = axis.boundaries();
    int next = Math.max(code, 0);
    boolean isNext =
        next + 1 < boundaries.length && value >= boundaries[next] && value < boundaries[next + 1];
    return isNext ? next : axis.bucketOf(value);
  }

  private Ascending times() {
    Ascending ascending = times;
    if (ascending == null) {
      throw new IllegalStateException("the rows do not ascend by the key");
    }
    return ascending;
  }

  private int turn(int newFrom, int newTo, int newCode) {
    from = newFrom;
    to = newTo;
    code = newCode;
    return newCode;
  }

  /// The row at which the run of {@link #codeAt} ends.
  int end() {
    return to;
  }
}
