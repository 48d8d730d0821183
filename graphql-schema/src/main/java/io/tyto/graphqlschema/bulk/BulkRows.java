package io.tyto.graphqlschema.bulk;

import io.tyto.model.result.ResultColumn;
import java.util.List;

/// Rows `[from, to)` of these columns, which hold what {@link BulkColumn} reads.
public record BulkRows(List<ResultColumn> columns, int from, int to) {
  public int count() {
    return to - from;
  }
}
