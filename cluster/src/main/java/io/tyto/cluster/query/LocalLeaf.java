package io.tyto.cluster.query;

import io.tyto.engine.LeafService;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.QueryContext;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows of this process. Thread-safe.
record LocalLeaf(LeafService service) implements Leaf {
  @Override
  public boolean isHere() {
    return true;
  }

  @Override
  public LeafService.Opened open(String collection, Choice.Part part, QueryContext context) {
    return service.open(
        collection, new HashSet<>(part.partitions()), new HashSet<>(part.tails()), context);
  }

  @Override
  public @Nullable LongRange bounds(String lease, String column, QueryContext context) {
    return service.bounds(lease, column, context);
  }

  @Override
  public FoundGroups scan(String lease, ScanShare share, ScanContext context) {
    return service.scan(lease, _ -> share, context);
  }

  @Override
  public List<RowSource> rows(String lease, Choice.Part part, Reach sealed, ScanContext context) {
    return service.rows(lease);
  }

  @Override
  public void close(String lease) {
    service.close(lease);
  }
}
