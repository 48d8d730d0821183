package io.tyto.ingest.partition;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import org.jspecify.annotations.Nullable;

/// A source without the cells beside its rows, so that they are made anew. Thread-safe as the
/// source is.
record RowsAlone(RowSource source) implements RowSource {
  @Override
  public @Nullable ColumnReader column(int columnId) {
    return source.column(columnId);
  }

  @Override
  public int rowCount() {
    return source.rowCount();
  }

  @Override
  public int schemaVersion() {
    return source.schemaVersion();
  }

  @Override
  public int partition() {
    return source.partition();
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public long storedBytes() {
    return source.storedBytes();
  }
}
