package io.tyto.engine.source;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rows of which some columns count as not stored, so that whoever reads them computes them.
/// Thread-safe as the source is.
///
/// @param hidden ids of those columns
public record ComputedColumns(RowSource source, Set<Integer> hidden) implements SourceView {
  public ComputedColumns {
    hidden = Set.copyOf(hidden);
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    return hidden.contains(columnId) ? null : source.column(columnId);
  }

  @Override
  public List<CellSource> cells() {
    return source.cells();
  }
}
