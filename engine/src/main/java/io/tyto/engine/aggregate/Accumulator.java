package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.model.result.ResultColumn;
import org.jspecify.annotations.Nullable;

/// The state of one measure for all groups. Groups are dense from 0. Not thread-safe.
///
/// Life: {@link #ensureGroups} and {@link #update} while scanning, {@link #endSource} when the scan leaves
/// a source, {@link #merge} with the states of other threads, then the results.
public sealed interface Accumulator permits ColumnAccumulator, CountAccumulator {

  /// Makes room for the groups `[0, count)`.
  void ensureGroups(int count);

  /// Takes the rows in; their groups have room.
  void update(Batch batch, GroupedRows rows);

  /// Resolves what refers to the current source. No more rows of it follow unless it is entered again.
  void endSource();

  /// Adds group `sources[i]` of `other` to group `targets[i]` for `i < count`. Both are of one spec and
  /// one scan, {@link #endSource} was called on both, and the targets have room.
  void merge(Accumulator other, int[] sources, int[] targets, int count);

  /// An empty state of the same spec.
  Accumulator fresh();

  /// False where the order in which rows come may change the last bit of a result.
  boolean isOrderFree();

  /// Bytes held now; cheap.
  long sizeBytes();

  boolean isNull(int group);

  /// Ascending order of two groups whose values are not null; IllegalStateException for Top.
  int compare(int left, int right);

  /// The value as a number, NaN where null or where it is none.
  double asDouble(int group);

  /// Logical value of the measure, see {@link ResultColumn}; NUMERIC_OVERFLOW for a sum beyond 64 bits.
  @Nullable Object value(int group);

  /// The values of `[0, count)`.
  ResultColumn column(int count);
}
