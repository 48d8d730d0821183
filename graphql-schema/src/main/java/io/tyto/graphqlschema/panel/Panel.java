package io.tyto.graphqlschema.panel;

import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.QueryMeta;
import org.jspecify.annotations.Nullable;

/// One question of an operation, checked and ready to be asked. Thread-safe: immutable.
public interface Panel {

  /// Asks it; blocks.
  Answer answer(QueryService queries, QueryContext context);

  /// @param data finished data of the panel's field
  /// @param meta how the answer came about; null where nothing was scanned
  record Answer(@Nullable Object data, @Nullable QueryMeta meta) {}
}
