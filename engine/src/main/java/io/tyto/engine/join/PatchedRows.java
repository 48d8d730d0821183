package io.tyto.engine.join;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.SourceView;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Rows with other values in some columns; without cells, which were made of what was there before.
/// Thread-safe as the source is.
///
/// @param patches by column id
/// @param computed ids of columns that depend on these, and count as not stored, so that whoever
///   reads them computes them
public record PatchedRows(RowSource source, Map<Integer, Patches> patches, Set<Integer> computed)
    implements SourceView {
  public PatchedRows {
    patches = Map.copyOf(patches);
    computed = Set.copyOf(computed);
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    if (computed.contains(columnId)) {
      return null;
    }
    Patches patched = patches.get(columnId);
    ColumnReader stored = source.column(columnId);
    return patched == null ? stored : patched.over(stored);
  }
}
