package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ScanContext;
import io.tyto.model.result.ResultColumn;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The state of one measure for all groups. Groups are dense from 0. Not thread-safe while it
/// changes.
///
/// Life: {@link #ensureGroups} and {@link #update} while scanning, {@link #endSource} when the scan
/// leaves a source, {@link #merge} with the states of other threads, then the results.
public sealed interface Accumulator permits ColumnAccumulator, CountAccumulator {

  /// How results are laid out.
  enum Form {
    LONGS,
    DOUBLES,
    OBJECTS
  }

  /// Makes room for the groups `[0, count)`.
  void ensureGroups(int count);

  /// Takes the rows in; their groups have room. Where the batch holds cells, what they keep is
  /// merged in.
  void update(Batch batch, GroupedRows rows);

  /// Resolves what refers to the current source. No more rows of it follow unless it is entered
  /// again.
  void endSource();

  /// Adds group `sources[i]` of `other` to group `targets[i]` for `i < count`. Both are of one spec
  /// and one scan, {@link #endSource} was called on both, and the targets have room.
  void merge(Accumulator other, int[] sources, int[] targets, int count);

  /// Writes what cells keep of the groups `[0, count)`; IllegalStateException for measures that no
  /// cube keeps.
  ///
  /// @param columnId of the measure's column
  default void store(int count, int columnId, CellColumns target) {
    throw new IllegalStateException(getClass().getSimpleName() + " is kept in no cube");
  }

  /// Writes what another node needs to go on with the groups `[0, count)`: what cells keep, what no
  /// cube does, and nothing that only this scan knows, such as codes.
  ///
  /// @param columnId by which the other node knows the state
  default void ship(int count, int columnId, CellColumns target) {
    store(count, columnId, target);
  }

  /// Does what is better done by many threads than by the one that reads: called once, when the
  /// states of all threads are merged.
  default void finish(ScanContext context) {}

  /// An empty state of the same spec.
  Accumulator fresh();

  /// False where the order in which rows come may change the last bit of a result.
  boolean isOrderFree();

  /// Bytes held now; cheap.
  long sizeBytes();

  Form form();

  boolean isNull(int group);

  /// Ascending order of two groups whose values are not null; IllegalStateException for lists of
  /// values.
  int compare(int left, int right);

  /// Where {@link #form} is LONGS; 0 where null. NUMERIC_OVERFLOW for a sum beyond 64 bits.
  long asLong(int group);

  /// The value as a number, NaN where null or where it is none.
  double asDouble(int group);

  /// Logical value of the measure, see {@link ResultColumn}.
  @Nullable Object value(int group);

  /// The values of `[0, count)`.
  default ResultColumn column(int count) {
    return switch (form()) {
      case LONGS -> {
        long[] values = new long[count];
        BitSet nulls = new BitSet();
        for (int group = 0; group < count; group++) {
          values[group] = asLong(group);
          nulls.set(group, isNull(group));
        }
        yield new ResultColumn.Longs(values, nulls);
      }
      case DOUBLES -> {
        double[] values = new double[count];
        BitSet nulls = new BitSet();
        for (int group = 0; group < count; group++) {
          nulls.set(group, isNull(group));
          values[group] = nulls.get(group) ? 0 : asDouble(group);
        }
        yield new ResultColumn.Doubles(values, nulls);
      }
      case OBJECTS -> {
        @Nullable Object[] values = new Object[count];
        for (int group = 0; group < count; group++) {
          values[group] = value(group);
        }
        yield new ResultColumn.Objects(values);
      }
    };
  }
}
