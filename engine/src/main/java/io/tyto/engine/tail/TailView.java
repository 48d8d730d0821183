package io.tyto.engine.tail;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.schema.ColumnType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The first rows of a chunk.
///
/// @param isWhole the chunk is full and the view covers it, so that a zone map is worth computing
record TailView(TailChunk chunk, int rowCount, int schemaVersion, int partition, boolean isWhole)
    implements RowSource {
  @Override
  public @Nullable ColumnReader column(int columnId) {
    TailColumn column = chunk.column(columnId);
    return column == null
        ? null
        : new ViewReader(chunk.type(columnId), column.cursor(rowCount), rowCount, isWhole);
  }

  @Override
  public String name() {
    return "tail";
  }

  @Override
  public long storedBytes() {
    return 0;
  }

  private record ViewReader(ColumnType type, TailColumn.Cursor cursor, int rows, boolean isWhole)
      implements ColumnReader {
    @Override
    public ColumnVector read(int from, int count) {
      Objects.checkFromIndexSize(from, count, rows);
      return cursor.read(from, count);
    }

    @Override
    public @Nullable Zone zone(int block) {
      return isWhole ? cursor.zone() : null;
    }

    @Override
    public @Nullable Dictionary dictionary() {
      return cursor.dictionary();
    }

    @Override
    public @Nullable InvertedIndex index() {
      return null;
    }
  }
}
