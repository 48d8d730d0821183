package io.tyto.model.schema;

import io.tyto.model.query.GroupKey.Granularity;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A group-by over one collection that is kept answered, and asked like a collection. Immutable.
///
/// @param dimensions names of columns of single values, none twice
/// @param measures at least the count of rows, none twice
/// @param granularity of the buckets of time; null: one row for each combination of dimensions
/// @param zone whose calendar the buckets follow
/// @param refreshEvery how long its rows may trail what is committed; null: {@link
///   Strategy#interval}
/// @param backfillFrom events of an earlier time are not in it; null: all are
public record View(
    String name,
    List<String> dimensions,
    List<Cube.Measure> measures,
    @Nullable Granularity granularity,
    ZoneId zone,
    Strategy strategy,
    @Nullable Duration refreshEvery,
    @Nullable Instant backfillFrom) {
  /// Views of a collection.
  public static final int MAX_VIEWS = 32;

  /// What the engine calls the rows of a view; no collection's name has a point.
  public static final String PREFIX = "materialized.";

  /// What the names of its types in the API begin with.
  public static final String TYPE_PREFIX = "Materialized";

  /// Column of the count of rows: `count` is a member that every collection has.
  public static final String ROW_COUNT = "row_count";

  /// The quantiles that are shown where a view keeps them.
  public static final List<Integer> PERCENTILES = List.of(50, 95, 99);

  /// How a view follows its collection.
  public enum Strategy {
    /// Computed anew from all rows there are, at an interval.
    CACHE(Duration.ofHours(1)),
    /// What arrived since is added at an interval.
    INCREMENTAL(Duration.ofMinutes(1)),
    /// As incremental, and what is not in it yet is read from rows whenever somebody asks.
    REALTIME(Duration.ofMinutes(1));

    private final Duration interval;

    Strategy(Duration interval) {
      this.interval = interval;
    }

    /// Where a view does not say its own.
    public Duration interval() {
      return interval;
    }
  }

  public View {
    dimensions = List.copyOf(dimensions);
    measures = List.copyOf(measures);
  }

  /// How long its rows may trail what is committed.
  public Duration interval() {
    return refreshEvery == null ? strategy.interval() : refreshEvery;
  }

  /// What the engine calls its rows.
  public String rowsName() {
    return PREFIX + name;
  }

  /// Its field below `materialized`.
  public String field() {
    return ApiNames.field(name);
  }

  /// What the names of its types begin with.
  public String typeName() {
    return TYPE_PREFIX + ApiNames.type(field());
  }

  /// The cube whose cells the view keeps. Without a granularity they are of years, and are added up
  /// when somebody asks.
  public Cube cube() {
    Granularity kept = granularity == null ? Granularity.YEAR : granularity;
    boolean isUtc = zone.normalized().equals(ZoneOffset.UTC);
    return new Cube(
        name,
        dimensions,
        measures,
        List.of(kept),
        isUtc ? List.of() : List.of(zone),
        List.of(isUtc ? Cube.Level.utc(kept) : new Cube.Level(kept, 1, zone)));
  }

  /// Names of the columns that show a measure.
  ///
  /// @param column what they call the measured column
  public static List<String> columnsOf(Cube.Measure measure, String column) {
    if (measure.column() == null) {
      return List.of(ROW_COUNT);
    }
    return switch (measure.function()) {
      case QUANTILES -> PERCENTILES.stream().map(each -> "p" + each + "_" + column).toList();
      case DISTINCT_EXACT -> List.of("distinct_exact_" + column);
      case COUNT, SUM, MIN, MAX, AVG, DISTINCT -> List.of(measure.function().text() + "_" + column);
    };
  }
}
