package io.tyto.model.query;

/// What a query will read, known from statistics before it reads anything.
///
/// @param lane what kind of work it is
/// @param rows rows and cells of what cannot be ruled out
/// @param columns that are read of each
public record Estimate(Lane lane, long rows, int columns) {
  /// Reading that many cells of columns is one unit of cost.
  public static final double CELLS_PER_UNIT = 1_000_000;

  public enum Lane {
    /// Answered from cells of cubes alone: milliseconds, so that it never waits behind scans.
    CUBE,
    SCAN
  }

  /// Units: {@link #CELLS_PER_UNIT} cells each. Never 0, so that asking is never free.
  public double cost() {
    return cost(rows, columns);
  }

  /// The same of what was read indeed.
  public static double cost(long rows, int columns) {
    return Math.max(LEAST, (double) rows * Math.max(1, columns) / CELLS_PER_UNIT);
  }

  private static final double LEAST = 0.01;
}
