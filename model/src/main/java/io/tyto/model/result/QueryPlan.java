package io.tyto.model.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an answer was found, for whoever wonders why it took so long.
///
/// @param cube the cube that served, or null
/// @param rejected the cubes that did not
/// @param parts what was read, one after the other
/// @param cost units that it takes, see {@link io.tyto.model.query.Estimate}
public record QueryPlan(
    @Nullable String cube, List<Rejection> rejected, List<Part> parts, double cost) {
  /// The same with what it takes.
  public QueryPlan withCost(double units) {
    return new QueryPlan(cube, rejected, parts, units);
  }

  /// The same plan, but not how much there is to read.
  public QueryPlan withoutRows() {
    return new QueryPlan(
        cube,
        rejected,
        parts.stream().map(part -> new Part(part.source(), part.range(), 0, 0)).toList(),
        0);
  }

  /// @param reason to be read after "because"
  public record Rejection(String cube, String reason) {}

  /// @param source `rows`, or the level of cells such as `DAY UTC`
  /// @param range half-open, ISO-8601, `..` where it has no bound
  /// @param rows rows or cells that sources have, before any is ruled out
  public record Part(String source, String range, int sources, long rows) {}
}
