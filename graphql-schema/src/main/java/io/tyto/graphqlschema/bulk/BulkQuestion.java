package io.tyto.graphqlschema.bulk;

import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import java.util.List;

/// A question that was checked and can be asked. Thread-safe: immutable.
public interface BulkQuestion {
  List<BulkColumn> columns();

  /// Asks it; blocks.
  BulkAnswer ask(QueryService queries, QueryContext context);
}
