package io.tyto.engine.plan;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.measure.Columns;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Guard;
import io.tyto.model.access.Verb;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The least and greatest value of LONG columns over the sources of a snapshot: from zone maps, and
/// by reading where a block has none. Not thread-safe; one per query.
///
/// To a caller who sees some rows only, those alone have values: buckets that begin with other rows
/// would tell of them. They are asked for by a scan.
final class ColumnBounds {
  private final Sources sources;
  private final QueryContext context;
  private final Function<String, @Nullable Range> found;
  private final Map<String, Optional<Range>> known = new HashMap<>();

  record Range(long min, long max) {}

  /// Half-open, in the column's unit.
  record Span(long from, long to) {
    static final Span EMPTY = new Span(0, 0);
  }

  /// Of all rows.
  ColumnBounds(Sources sources, QueryContext context) {
    this.sources = sources;
    this.context = context;
    this.found = this::ofZones;
  }

  private ColumnBounds(TableSnapshot snapshot, Filter own, ScanContext scan) {
    this.sources = Sources.of(snapshot);
    this.context = scan.query();
    this.found = column -> scanned(column, own, snapshot, scan);
  }

  /// Of the rows that the query's caller sees.
  static ColumnBounds seen(TableSnapshot snapshot, ScanContext scan) {
    Caller caller = scan.query().caller();
    return Guard.isRestricted(caller, snapshot.schema())
        ? new ColumnBounds(
            snapshot,
            Objects.requireNonNull(Guard.rows(caller, Verb.QUERY, snapshot.schema())),
            scan)
        : new ColumnBounds(Sources.of(snapshot), scan.query());
  }

  private static @Nullable Range scanned(
      String name, Filter own, TableSnapshot snapshot, ScanContext scan) {
    ColumnType.Scalar type = new Columns(snapshot.schema()).require(name).type().element();
    AggregateQuery query =
        AggregateQuery.totals(
            snapshot.schema().name(),
            own,
            List.of(
                new Measure.Column(name, Measure.Function.MIN),
                new Measure.Column(name, Measure.Function.MAX)));
    List<ResultColumn> edges =
        AggregateRunner.run(query, null, snapshot, PlanLimits.ONE_ROW, scan).measures();
    Object min = edges.getFirst().value(0);
    Object max = edges.getLast().value(0);
    return min == null || max == null
        ? null
        : new Range(Values.toLong(type, min), Values.toLong(type, max));
  }

  /// The values that a time column has: those of the rows, within the range where it bounds them.
  ///
  /// @param range null where the range is not about this column
  Span span(ColumnSpec column, @Nullable TimeInterval range) {
    ColumnType.Scalar type = column.type().element();
    Instant from = range == null ? null : range.from();
    Instant to = range == null ? null : range.to();
    if (from != null && to != null) {
      return new Span(Axes.ceiling(type, from), Axes.ceiling(type, to));
    }
    Range found = of(column.name());
    if (found == null) {
      return Span.EMPTY;
    }
    long end = found.max() == Long.MAX_VALUE ? found.max() : found.max() + 1;
    return new Span(
        from == null ? found.min() : Axes.ceiling(type, from),
        to == null ? end : Axes.ceiling(type, to));
  }

  /// Null where the column has no value at all.
  @Nullable Range of(String column) {
    Optional<Range> range = known.get(column);
    if (range == null) {
      range = Optional.ofNullable(found.apply(column));
      known.put(column, range);
    }
    return range.orElse(null);
  }

  private @Nullable Range ofZones(String name) {
    ColumnSpec column = new Columns(sources.schema()).require(name);
    Bounds bounds = new Bounds();
    for (RowSource source : sources.list()) {
      context.check();
      ColumnReader reader = sources.reader(source, column);
      if (reader != null) {
        include(source, reader, bounds);
      } else if (source.rowCount() == 0) {
        includeCells(source, column, bounds);
      }
    }
    return bounds.min > bounds.max ? null : bounds.range();
  }

  /// Of rows that are gone there may be cells.
  private void includeCells(RowSource source, ColumnSpec column, Bounds bounds) {
    for (CellSource cells : source.cells()) {
      ColumnReader reader = cells.column(column.id());
      if (reader != null) {
        include(cells, reader, bounds);
      }
    }
  }

  private void include(RowSource source, ColumnReader reader, Bounds bounds) {
    int rows = source.rowCount();
    for (int from = 0, block = 0; from < rows; from += RowSource.BLOCK_ROWS, block++) {
      int blockRows = Math.min(RowSource.BLOCK_ROWS, rows - from);
      Zone zone = reader.zone(block);
      if (zone != null && zone.hasBounds()) {
        bounds.include(zone.minLong());
        bounds.include(zone.maxLong());
      } else if (zone == null || zone.nulls() < zone.rows()) {
        read(reader, from, blockRows, bounds);
      }
    }
  }

  private void read(ColumnReader reader, int from, int rows, Bounds bounds) {
    for (int at = from; at < from + rows; at += RowSource.BATCH_ROWS) {
      context.check();
      bounds.include(reader.read(at, Math.min(RowSource.BATCH_ROWS, from + rows - at)));
    }
  }

  private static final class Bounds {
    private long min = Long.MAX_VALUE;
    private long max = Long.MIN_VALUE;

    void include(long value) {
      min = Math.min(min, value);
      max = Math.max(max, value);
    }

    void include(ColumnVector vector) {
      switch (vector) {
        case ColumnVector.Longs longs -> {
          for (int i = 0; i < longs.length(); i++) {
            if (!longs.isNull(i)) {
              include(longs.values()[i]);
            }
          }
        }
        case ColumnVector.Lists lists -> include(lists.elements());
        case ColumnVector.AllNull _ -> {}
        case ColumnVector.Doubles _, ColumnVector.Ordinals _, ColumnVector.Bytes _ ->
            throw new IllegalArgumentException("bounds are kept of columns held as longs");
      }
    }

    Range range() {
      return new Range(min, max);
    }
  }
}
