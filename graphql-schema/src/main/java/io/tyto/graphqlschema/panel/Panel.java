package io.tyto.graphqlschema.panel;

import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.QueryMeta;
import org.jspecify.annotations.Nullable;

/// One question of an operation, checked and ready to be asked. Thread-safe: immutable.
public interface Panel {

  /// Asks it; blocks.
  Answer answer(QueryService queries, QueryContext context);

  /// Whether it tells of the others, and is asked when they are answered.
  default boolean isLast() {
    return false;
  }

  /// Whether the others are only to be estimated.
  default boolean isDryRun() {
    return false;
  }

  /// @param data finished data of the panel's field
  /// @param meta how the answer came about; null where nothing was scanned
  record Answer(@Nullable Object data, @Nullable QueryMeta meta) {}
}
