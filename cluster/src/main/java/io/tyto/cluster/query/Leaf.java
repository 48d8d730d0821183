package io.tyto.cluster.query;

import io.tyto.engine.LeafService;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.source.LongRange;
import io.tyto.model.query.QueryContext;
import org.jspecify.annotations.Nullable;

/// A node that holds rows, this one or another. Thread-safe; calls block.
interface Leaf {
  LeafService.Opened open(String collection, Choice.Part part, QueryContext context);

  @Nullable LongRange bounds(String lease, String column, QueryContext context);

  FoundGroups scan(String lease, ScanShare share, ScanContext context);

  /// Never fails: what cannot be told ends by itself.
  void close(String lease);
}
