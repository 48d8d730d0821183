package io.tyto.engine.record;

import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Filter;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The first rows that pass a filter, in an order that is total: the order keys, then the record's
/// identity (partition, log id, offset) ascending. Thread-safe: no state.
public final class RowScan {

  /// A row of the sources given to the scan; means the same row only with the same snapshot.
  ///
  /// @param source position in the list of sources
  /// @param row rowId in that source
  public record RowPosition(int source, int row) {}

  /// @param columns names of config or system columns to materialise
  /// @param backward the last rows before `anchor` (or of all) instead of the first after it; they come
  ///     in the forward order all the same
  /// @param anchor rows strictly after (backward: before) this one; null: from the start (end)
  /// @param skip so many rows nearest to the anchor are left out first
  /// @param wantsTotal counts all rows that pass, whatever the anchor
  public record Spec(
      TableSchema schema,
      TimeInterval range,
      @Nullable Filter where,
      List<RecordsQuery.Order> orderBy,
      List<String> columns,
      boolean backward,
      @Nullable RowPosition anchor,
      int skip,
      int limit,
      boolean wantsTotal) {}

  /// Who a record is.
  public record Identity(int partition, String logId, long offset) {}

  /// @param columns as the spec's, logical values, lists as List
  /// @param total -1 where not wanted
  /// @param hasMore a further row exists in the direction of the scan
  public record Rows(
      List<RowPosition> positions,
      List<Identity> identities,
      List<ResultColumn> columns,
      long total,
      boolean hasMore,
      ScanStats stats) {}

  private RowScan() {}

  /// Blocks until done.
  public static Rows run(Spec spec, List<RowSource> sources, ScanContext context) {
    throw new UnsupportedOperationException();
  }
}
