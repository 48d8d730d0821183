package io.tyto.model.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// @param ids the `_id` of each record
/// @param totalCount rows that match, or null where not wanted
public record RecordsResult(
    int rowCount,
    List<ResultColumn> columns,
    List<String> ids,
    List<String> cursors,
    boolean hasNextPage,
    boolean hasPreviousPage,
    @Nullable Long totalCount,
    QueryMeta meta)
    implements RecordRows {

  /// The same rows with other cursors.
  public RecordsResult withCursors(List<String> signed) {
    return new RecordsResult(
        rowCount, columns, ids, signed, hasNextPage, hasPreviousPage, totalCount, meta);
  }
}
