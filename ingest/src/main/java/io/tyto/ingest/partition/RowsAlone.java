package io.tyto.ingest.partition;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.SourceView;
import org.jspecify.annotations.Nullable;

/// A source without the cells beside its rows, so that they are made anew. Thread-safe as the
/// source is.
record RowsAlone(RowSource source) implements SourceView {
  @Override
  public @Nullable ColumnReader column(int columnId) {
    return source.column(columnId);
  }
}
