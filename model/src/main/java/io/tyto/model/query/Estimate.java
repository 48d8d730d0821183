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

  /// The same as it may be told to who sees some of the rows only.
  public Estimate coarse() {
    return new Estimate(lane, coarse(rows), columns);
  }

  /// A number of rows rounded up to the next power of two, from {@link #COARSE_ROWS} on: what
  /// remains tells nobody when others' rows come, or how many.
  public static long coarse(long rows) {
    long least = Math.clamp(rows, COARSE_ROWS, 1L << 62);
    return Long.highestOneBit(least - 1) << 1;
  }

  private static final long COARSE_ROWS = 1 << 10;
  private static final double LEAST = 0.01;
}
