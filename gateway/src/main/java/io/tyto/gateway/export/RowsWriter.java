package io.tyto.gateway.export;

import io.tyto.graphqlschema.bulk.BulkRows;
import java.io.IOException;
import java.util.Map;

/// Writes one result in one format: {@link #begin}, any number of {@link #rows}, {@link #end}. What
/// was not ended is no whole result, and cannot be taken for one. Not thread-safe.
interface RowsWriter {
  void begin() throws IOException;

  void rows(BulkRows rows) throws IOException;

  /// @param meta how the result came about, as JSON
  void end(Map<String, Object> meta) throws IOException;

  /// Says why there are no more rows, where the format has a place for it.
  ///
  /// @param errors as in the body of an error
  default void fail(Object errors) throws IOException {}
}
