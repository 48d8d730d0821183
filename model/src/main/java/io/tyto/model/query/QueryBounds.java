package io.tyto.model.query;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What one question may take at most, beside what its operation may; null: no more than that.
///
/// @param rowsScanned rows and cells that it may read
/// @param staleness by which the newest row may lie behind the clock
/// @param allowsPartial whether an answer without the rows of nodes that do not answer is better
///   than none
public record QueryBounds(
    @Nullable Duration timeout,
    @Nullable Long rowsScanned,
    @Nullable Duration staleness,
    boolean allowsPartial) {
  public static final QueryBounds NONE = new QueryBounds(null, null, null);

  public QueryBounds(
      @Nullable Duration timeout, @Nullable Long rowsScanned, @Nullable Duration staleness) {
    this(timeout, rowsScanned, staleness, false);
  }
}
