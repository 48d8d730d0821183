package io.tyto.engine.source;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cells of which a scan reads but one, in each partition, for a group: their distinct entities
/// need not be united with those of others, so that counting them is enough. Thread-safe as the
/// cells are.
public record CountedCells(CellSource source) implements CellSource, SourceView {
  @Override
  public CellShape shape() {
    return source.shape();
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    return source.column(columnId);
  }

  @Override
  public List<CellSource> cells() {
    return List.of();
  }
}
