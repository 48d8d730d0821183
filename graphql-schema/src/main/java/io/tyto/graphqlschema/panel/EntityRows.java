package io.tyto.graphqlschema.panel;

import io.tyto.model.result.RecordRows;
import io.tyto.model.result.ResultColumn;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Records, and what was asked of the entities whose events they are.
///
/// @param entities one map for each time that they are asked for: finished data by key
record EntityRows(RecordRows records, List<Map<Object, @Nullable Object>> entities)
    implements RecordRows {
  @Override
  public int rowCount() {
    return records.rowCount();
  }

  @Override
  public List<ResultColumn> columns() {
    return records.columns();
  }

  @Override
  public List<String> ids() {
    return records.ids();
  }
}
