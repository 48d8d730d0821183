package io.tyto.engine.group;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Filters, groups and accumulates the rows of some sources. Thread-safe: no state.
///
/// Names and types are checked by the caller; what does not fit is an IllegalArgumentException, except
/// patterns of the user's own (BAD_USER_INPUT).
public final class GroupScan {

  /// @param range of the schema's time column
  public record Spec(
      TableSchema schema,
      TimeInterval range,
      @Nullable Filter where,
      List<ScanKey> keys,
      List<StateSpec> states) {}

  private GroupScan() {}

  /// Blocks until done. Answers repeat to the bit for the same sources, whatever the parallelism.
  public static Groups run(Spec spec, List<RowSource> sources, ScanContext context) {
    throw new UnsupportedOperationException();
  }
}
