package io.tyto.engine.cube;

import io.tyto.engine.source.CellShape;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Cells in memory. Immutable, thread-safe.
public final class CellTable implements CellSource {
  private final CellShape shape;
  private final Origin origin;
  private final int cells;
  private final Map<Integer, Column> columns;

  /// What the rows came from.
  record Origin(int partition, int schemaVersion) {}

  /// All values of a column.
  record Column(ColumnType type, ColumnVector values) {}

  CellTable(CellShape shape, Origin origin, int cells, Map<Integer, Column> columns) {
    this.shape = shape;
    this.origin = origin;
    this.cells = cells;
    this.columns = columns;
  }

  @Override
  public CellShape shape() {
    return shape;
  }

  /// Ids of all columns, in a fixed order.
  public List<Integer> columnIds() {
    return List.copyOf(columns.keySet());
  }

  /// The type of a column that is there.
  public ColumnType type(int columnId) {
    return Objects.requireNonNull(columns.get(columnId)).type();
  }

  @Override
  public int rowCount() {
    return cells;
  }

  @Override
  public int schemaVersion() {
    return origin.schemaVersion();
  }

  @Override
  public int partition() {
    return origin.partition();
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    Column column = columns.get(columnId);
    return column == null ? null : new Reader(column, cells);
  }

  @Override
  public String name() {
    return "cells by " + shape.level();
  }

  @Override
  public long storedBytes() {
    return 0;
  }

  private record Reader(Column column, int cells) implements ColumnReader {
    @Override
    public ColumnType type() {
      return column.type();
    }

    @Override
    public ColumnVector read(int from, int count) {
      Objects.checkFromIndexSize(from, count, cells);
      return slice(column.values(), from, count);
    }

    /// Windows begin at multiples of 64, but for the last reader of all.
    private static ColumnVector slice(ColumnVector vector, int from, int count) {
      long[] nulls = nulls(vector.nulls(), from, count);
      return switch (vector) {
        case ColumnVector.AllNull _ -> new ColumnVector.AllNull(count);
        case ColumnVector.Longs longs ->
            new ColumnVector.Longs(
                count, Arrays.copyOfRange(longs.values(), from, from + count), nulls);
        case ColumnVector.Doubles doubles ->
            new ColumnVector.Doubles(
                count, Arrays.copyOfRange(doubles.values(), from, from + count), nulls);
        case ColumnVector.Ordinals coded ->
            new ColumnVector.Ordinals(
                count,
                Arrays.copyOfRange(coded.values(), from, from + count),
                coded.dictionary(),
                nulls);
        case ColumnVector.Bytes bytes ->
            new ColumnVector.Bytes(
                count,
                bytes.data(),
                Arrays.copyOfRange(bytes.offsets(), from, from + count + 1),
                nulls);
        case ColumnVector.Lists lists ->
            new ColumnVector.Lists(
                count,
                Arrays.copyOfRange(lists.offsets(), from, from + count + 1),
                lists.elements(),
                nulls);
      };
    }

    private static long @Nullable [] nulls(long @Nullable [] all, int from, int count) {
      if (all == null) {
        return null;
      }
      long[] some = new long[(count + Long.SIZE - 1) / Long.SIZE];
      for (int i = 0; i < count; i++) {
        some[i >>> 6] |= (all[from + i >>> 6] >>> from + i & 1) << i;
      }
      return some;
    }

    @Override
    public @Nullable Zone zone(int block) {
      ColumnVector values = column.values();
      ColumnVector all = values instanceof ColumnVector.Lists lists ? lists.elements() : values;
      if (!(all instanceof ColumnVector.Longs longs) || cells > RowSource.BLOCK_ROWS) {
        return null;
      }
      long least = Long.MAX_VALUE;
      long greatest = Long.MIN_VALUE;
      int nulls = 0;
      for (int i = 0; i < longs.length(); i++) {
        if (longs.isNull(i)) {
          nulls++;
        } else {
          least = Math.min(least, longs.values()[i]);
          greatest = Math.max(greatest, longs.values()[i]);
        }
      }
      boolean isList = values instanceof ColumnVector.Lists;
      return new Zone(cells, isList ? 0 : nulls, least <= greatest, least, greatest, 0, 0);
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
