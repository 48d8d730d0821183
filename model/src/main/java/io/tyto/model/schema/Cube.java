package io.tyto.model.schema;

import io.tyto.model.query.GroupKey.Granularity;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows rolled up beside the rows: one cell for each bucket of time and combination of values.
/// Immutable.
///
/// @param dimensions names of columns of single values, none twice
/// @param measures at least the count of rows, none twice
/// @param granularities as configured, none twice
/// @param zones whose calendars the granularities of a day and more follow, beside UTC's
/// @param levels what is kept, the finest first: each is the time of its cells
public record Cube(
    String name,
    List<String> dimensions,
    List<Measure> measures,
    List<Granularity> granularities,
    List<ZoneId> zones,
    List<Level> levels) {
  /// A cube of more would have a cell for nearly every row.
  public static final int MAX_DIMENSIONS = 8;

  public static final int MAX_MEASURES = 32;
  public static final int MAX_ZONES = 8;
  public static final int MAX_CUBES = 16;

  /// What a cell keeps of a column's values.
  public enum Function {
    COUNT("count"),
    SUM("sum"),
    MIN("min"),
    MAX("max"),
    AVG("avg"),
    DISTINCT("distinct"),
    DISTINCT_EXACT("distinctExact"),
    QUANTILES("quantiles");

    private final String text;

    Function(String text) {
      this.text = text;
    }

    /// As in configs.
    public String text() {
      return text;
    }
  }

  /// @param column null: {@link Function#COUNT} of rows
  public record Measure(Function function, @Nullable String column) {
    public static final Measure COUNT = new Measure(Function.COUNT, null);

    @Override
    public String toString() {
      return column == null ? function.text() : function.text() + "(" + column + ")";
    }
  }

  /// Buckets of time.
  ///
  /// @param every that many granules a bucket; more than one for minutes only
  public record Level(Granularity granularity, int every, ZoneId zone) {
    public static Level utc(Granularity granularity) {
      return new Level(granularity, 1, ZoneOffset.UTC);
    }

    @Override
    public String toString() {
      String buckets = every == 1 ? "" : every + " ";
      return buckets + granularity.name() + " " + (zone.equals(ZoneOffset.UTC) ? "UTC" : zone);
    }
  }

  /// How distinct values of a column are counted wherever they are: a cube and the rows it was made
  /// of must agree.
  public enum Counting {
    /// As the scan likes: no cube counts them.
    ANY,
    SKETCH,
    EXACT
  }

  public static Counting counting(List<Cube> cubes, String column) {
    boolean isExact = false;
    for (Cube cube : cubes) {
      if (cube.measures.contains(new Measure(Function.DISTINCT, column))) {
        return Counting.SKETCH;
      }
      isExact |= cube.measures.contains(new Measure(Function.DISTINCT_EXACT, column));
    }
    return isExact ? Counting.EXACT : Counting.ANY;
  }
}
