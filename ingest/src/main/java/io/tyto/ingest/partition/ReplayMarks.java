package io.tyto.ingest.partition;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.SourceView;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.ingest.partition.DeadLetters.Column;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// The letters of one segment that become rows: which, and where each row goes. Their offsets
/// follow one another.
final class ReplayMarks {
  private final BitSet rows = new BitSet();
  private final long firstOffset;
  private int[] places = new int[64];
  private int[] homes = new int[64];
  private int count;

  /// @param firstOffset of the first letter's row in the replay log
  ReplayMarks(long firstOffset) {
    this.firstOffset = firstOffset;
  }

  /// Rows come ascending.
  ///
  /// @param home number of the partition
  void add(int row, int home) {
    if (count == places.length) {
      places = Arrays.copyOf(places, 2 * count);
      homes = Arrays.copyOf(homes, 2 * count);
    }
    rows.set(row);
    places[count] = row;
    homes[count++] = home;
  }

  boolean isEmpty() {
    return count == 0;
  }

  int count() {
    return count;
  }

  boolean has(int row) {
    return rows.get(row);
  }

  /// The letters with their marks.
  RowSource on(RowSource source) {
    return new Marked(source, this);
  }

  /// Letters without the marks that they have.
  static RowSource cleared(RowSource source) {
    return new Marked(source, null);
  }

  private ColumnVector homes(int from, int length) {
    long[] values = new long[length];
    for (int i = firstAt(from); i < count && places[i] < from + length; i++) {
      values[places[i] - from] = homes[i];
    }
    return new ColumnVector.Longs(length, values, nulls(from, length));
  }

  private ColumnVector offsets(int from, int length) {
    long[] values = new long[length];
    for (int i = firstAt(from); i < count && places[i] < from + length; i++) {
      values[places[i] - from] = firstOffset + i;
    }
    return new ColumnVector.Longs(length, values, nulls(from, length));
  }

  private int firstAt(int row) {
    int found = Arrays.binarySearch(places, 0, count, row);
    return found >= 0 ? found : -found - 1;
  }

  private long[] nulls(int from, int length) {
    long[] nulls = new long[(length + 63) >>> 6];
    for (int i = 0; i < length; i++) {
      if (!rows.get(from + i)) {
        nulls[i >>> 6] |= 1L << i;
      }
    }
    return nulls;
  }

  /// @param marks null: none
  private record Marked(RowSource source, @Nullable ReplayMarks marks) implements SourceView {
    @Override
    public @Nullable ColumnReader column(int columnId) {
      if (columnId == Column.REPLAY_PARTITION.id()) {
        return marks == null ? null : new Reader(marks::homes);
      }
      if (columnId == Column.REPLAY_OFFSET.id()) {
        return marks == null ? null : new Reader(marks::offsets);
      }
      return source.column(columnId);
    }
  }

  @FunctionalInterface
  private interface Values {
    ColumnVector read(int from, int count);
  }

  private record Reader(Values values) implements ColumnReader {
    @Override
    public ColumnType type() {
      return ColumnType.LONG;
    }

    @Override
    public ColumnVector read(int from, int count) {
      return values.read(from, count);
    }

    @Override
    public @Nullable Zone zone(int block) {
      return null;
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return null;
    }

    @Override
    public @Nullable InvertedIndex index() {
      return null;
    }
  }
}
