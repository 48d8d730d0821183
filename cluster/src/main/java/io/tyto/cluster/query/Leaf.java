package io.tyto.cluster.query;

import io.tyto.engine.LeafService;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.QueryContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node that holds rows, this one or another. Thread-safe; calls block.
interface Leaf {
  /// Whether its rows lie in this process.
  default boolean isHere() {
    return false;
  }

  LeafService.Opened open(String collection, Choice.Part part, QueryContext context);

  @Nullable LongRange bounds(String lease, String column, QueryContext context);

  FoundGroups scan(String lease, ScanShare share, ScanContext context);

  /// The rows of a lease, of partitions of which this process has the sealed ones: those that it
  /// does not have, or all of them where they lie here.
  ///
  /// @param sealed what it has
  List<RowSource> rows(String lease, Choice.Part part, Reach sealed, ScanContext context);

  /// Never fails: what cannot be told ends by itself.
  void close(String lease);
}
