package io.tyto.engine.source;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Rows that were written with an older schema, as a newer one sees them: a column whose type has
/// become wider reads as that type. Columns that came later are missing as before, and it is for
/// the reader to answer null or to compute them.
///
/// Everything else is the source's. Thread-safe as the source is.
public final class EvolvedSource implements SourceView {
  private final RowSource source;
  private final Map<Integer, ColumnType> types;

  private EvolvedSource(RowSource source, Map<Integer, ColumnType> types) {
    this.source = source;
    this.types = types;
  }

  /// The sources as `schema` sees them; those that are as new as it stay what they are.
  public static List<RowSource> allOf(List<RowSource> sources, TableSchema schema) {
    if (sources.stream().allMatch(source -> source.schemaVersion() >= schema.version())) {
      return sources;
    }
    Map<Integer, ColumnType> types = new HashMap<>();
    for (ColumnSpec column : schema.dormant()) {
      types.put(column.id(), column.type());
    }
    for (ColumnSpec column : schema.columns()) {
      types.put(column.id(), column.type());
    }
    return sources.stream()
        .map(source ->
            source.schemaVersion() >= schema.version() ? source : new EvolvedSource(source, types))
        .toList();
  }

  @Override
  public RowSource source() {
    return source;
  }

  @Override
  public @Nullable ColumnReader column(int columnId) {
    ColumnReader reader = source.column(columnId);
    ColumnType type = types.get(columnId);
    return reader == null || type == null || reader.type().equals(type)
        ? reader
        : WidenedColumn.reader(reader, type);
  }

  @Override
  public List<CellSource> cells() {
    return source.cells();
  }
}
