package io.tyto.engine.load;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Rows of one log for one partition, in the order of their offsets, column by column in memory.
/// Immutable, thus thread-safe; column readers are not.
public final class LoadedRows implements RowSource {
  private static final int NO_ENTITY = 0;

  private final TableSchema schema;
  private final int partition;
  private final int rowCount;
  private final Map<Integer, LoadedColumn> columns;
  private final long sizeBytes;

  LoadedRows(TableSchema schema, int partition, int rowCount, Map<Integer, LoadedColumn> columns) {
    this.schema = schema;
    this.partition = partition;
    this.rowCount = rowCount;
    this.columns = columns;
    long bytes = 0;
    for (LoadedColumn column : columns.values()) {
      bytes += column.sizeBytes();
    }
    sizeBytes = bytes;
  }

  public TableSchema schema() {
    return schema;
  }

  /// Memory held, dictionaries left out.
  public long sizeBytes() {
    return sizeBytes;
  }

  /// Offset of a row in its log.
  public long logOffset(int row) {
    return ((LoadedColumn.Longs) stored(SystemColumns.OFFSET)).values()[row];
  }

  /// Raw key bytes of a cell, as {@link KeyHash} defines them; null where it is null.
  ///
  /// @param column position among the schema's columns
  public byte @Nullable [] key(int column, int row) {
    ColumnVector cell = stored(schema.columns().get(column).id()).read(row, 1);
    if (cell.isNull(0)) {
      return null;
    }
    return switch (cell) {
      case ColumnVector.Longs longs -> KeyHash.bytesOf(longs.values()[0]);
      case ColumnVector.Doubles doubles ->
          KeyHash.bytesOf(Double.doubleToLongBits(doubles.values()[0]));
      case ColumnVector.Ordinals ordinals -> ordinals.dictionary().value(ordinals.values()[0]);
      case ColumnVector.Bytes bytes ->
          java.util.Arrays.copyOfRange(bytes.data(), bytes.offsets()[0], bytes.offsets()[1]);
      case ColumnVector.AllNull _, ColumnVector.Lists _ ->
          throw new IllegalArgumentException("column " + column + " cannot be a key");
    };
  }

  /// Some of the rows, ascending.
  public LoadedRows keep(int[] rows, int count) {
    Map<Integer, LoadedColumn> kept = new HashMap<>();
    columns.forEach((id, column) -> kept.put(id, column.keep(rows, count)));
    return new LoadedRows(schema, partition, count, kept);
  }

  /// The rows with a column of their schema filled anew.
  ///
  /// @param values of every row; taken over
  public LoadedRows with(ColumnSpec column, ColumnVector values) {
    if (values.length() != rowCount) {
      throw new IllegalArgumentException(
          "%d values of %s for %d rows".formatted(values.length(), column.name(), rowCount));
    }
    return with(column, LoadedColumn.of(values, column.type()));
  }

  LoadedRows with(ColumnSpec column, LoadedColumn values) {
    Map<Integer, LoadedColumn> completed = new HashMap<>(columns);
    completed.put(column.id(), values);
    return new LoadedRows(schema, partition, rowCount, completed);
  }

  /// The rows with the ids of their entities, which new ones are given now; for the thread that
  /// writes the table.
  ///
  /// @param column position of the key among the schema's columns
  public LoadedRows withEntities(int column, EntityTable entities) {
    int[] ids = new int[rowCount];
    LoadedColumn keys = stored(schema.columns().get(column).id());
    switch (keys) {
      case LoadedColumn.Longs(long[] values, long @Nullable [] nulls) ->
          entities.idsOf(values, nulls, rowCount, ids);
      case LoadedColumn.Ordinals ordinals -> idsOf(ordinals, entities, ids);
      case LoadedColumn.Bytes _,
          LoadedColumn.Doubles _,
          LoadedColumn.Ints _,
          LoadedColumn.Same _,
          LoadedColumn.SameText _,
          LoadedColumn.Lists _ -> {
        for (int row = 0; row < rowCount; row++) {
          byte[] key = key(column, row);
          ids[row] = key == null ? NO_ENTITY : entities.idOf(key);
        }
      }
    }
    Map<Integer, LoadedColumn> completed = new HashMap<>(columns);
    completed.put(SystemColumns.ENTITY, new LoadedColumn.Ints(ids));
    return new LoadedRows(schema, partition, rowCount, completed);
  }

  /// A key is looked up once, however many rows have it.
  private void idsOf(LoadedColumn.Ordinals keys, EntityTable entities, int[] ids) {
    Dictionary dictionary = keys.dictionary();
    int[] known = new int[dictionary.size()];
    ColumnVector all = new ColumnVector.Ordinals(rowCount, keys.values(), dictionary, keys.nulls());
    for (int row = 0; row < rowCount; row++) {
      if (all.isNull(row)) {
        continue;
      }
      int ordinal = keys.values()[row];
      if (known[ordinal] == 0) {
        known[ordinal] = entities.idOf(dictionary.value(ordinal));
      }
      ids[row] = known[ordinal];
    }
  }

  @Override
  public int rowCount() {
    return rowCount;
  }

  @Override
  public int schemaVersion() {
    return schema.version();
  }

  @Override
  public int partition() {
    return partition;
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    LoadedColumn column = columns.get(columnId);
    return column == null ? null : new Reader(typeOf(columnId), column, rowCount);
  }

  @Override
  public String name() {
    return "tail";
  }

  @Override
  public long storedBytes() {
    return 0;
  }

  private LoadedColumn stored(int columnId) {
    return Objects.requireNonNull(columns.get(columnId));
  }

  private ColumnType typeOf(int columnId) {
    if (columnId < SystemColumns.FIRST_USER_ID) {
      return SystemColumns.ALL.get(columnId - 1).type();
    }
    for (ColumnSpec column : schema.columns()) {
      if (column.id() == columnId) {
        return column.type();
      }
    }
    throw new IllegalArgumentException("no column " + columnId);
  }

  private record Reader(ColumnType type, LoadedColumn column, int rows) implements ColumnReader {
    @Override
    public ColumnVector read(int from, int count) {
      Objects.checkFromIndexSize(from, count, rows);
      return column.read(from, count);
    }

    @Override
    public @Nullable Zone zone(int block) {
      return null;
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return switch (column) {
        case LoadedColumn.Ordinals ordinals -> ordinals.dictionary();
        case LoadedColumn.SameText text -> text.dictionary();
        case LoadedColumn.Longs _,
            LoadedColumn.Same _,
            LoadedColumn.Ints _,
            LoadedColumn.Doubles _,
            LoadedColumn.Bytes _,
            LoadedColumn.Lists _ ->
            null;
      };
    }

    @Override
    public @Nullable InvertedIndex index() {
      return null;
    }
  }
}
