package io.tyto.engine.filter;

import io.tyto.engine.scan.ColumnSlots;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import org.jspecify.annotations.Nullable;

/// Turns a filter and a time range into a {@link RowFilter}. Stateless.
public final class FilterCompiler {
  private FilterCompiler() {}

  /// Columns are taken from (and added to) `slots`. BAD_USER_INPUT for a pattern that cannot be read;
  /// IllegalArgumentException for unknown columns and literals of the wrong type.
  public static RowFilter compile(
      @Nullable Filter where, TimeInterval range, ColumnSlots slots) {
    throw new UnsupportedOperationException();
  }
}
