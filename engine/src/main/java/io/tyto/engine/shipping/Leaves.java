package io.tyto.engine.shipping;

import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The nodes that hold the rows of one snapshot, each those of some partitions. Thread-safe.
public interface Leaves {
  /// Of the values of a column held as longs over all rows, or null where it has none.
  @Nullable LongRange bounds(ColumnSpec column, QueryContext context);

  /// Whether every row of every node has the id of its entity.
  boolean hasEntityIds();

  /// Asks all of them at once, and blocks until every one has answered; in no order. Every
  /// partition of the snapshot is in exactly one of the answers, or an error names what is missing.
  ///
  /// @param context its memory is taken for what comes
  List<FoundGroups> scan(ScanShare share, ScanContext context);

  /// All rows, brought here as far as they do not lie here: for whoever has to see each of them. In
  /// an order that is the same each time.
  ///
  /// @param context its memory is taken for what comes
  List<RowSource> rows(ScanContext context);
}
