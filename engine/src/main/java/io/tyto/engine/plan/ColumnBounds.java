package io.tyto.engine.plan;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.measure.Columns;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.Leaves;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
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
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Values;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The least and greatest value of LONG columns over the rows of a snapshot. Not thread-safe; one
/// per query.
///
/// To a caller who sees some rows only, those alone have values: buckets that begin with other rows
/// would tell of them. They are asked for by a scan.
final class ColumnBounds {
  private final Columns columns;
  private final Function<ColumnSpec, @Nullable LongRange> found;
  private final Map<String, Optional<LongRange>> known = new HashMap<>();

  /// Half-open, in the column's unit.
  record Span(long from, long to) {
    static final Span EMPTY = new Span(0, 0);
  }

  private ColumnBounds(TableSchema schema, Function<ColumnSpec, @Nullable LongRange> found) {
    this.columns = new Columns(schema);
    this.found = found;
  }

  /// Of all rows.
  static ColumnBounds of(TableSnapshot snapshot, QueryContext context) {
    Leaves leaves = snapshot.leaves();
    if (leaves != null) {
      return new ColumnBounds(snapshot.schema(), column -> leaves.bounds(column, context));
    }
    Sources sources = Sources.of(snapshot);
    return new ColumnBounds(snapshot.schema(), column -> ZoneBounds.of(sources, column, context));
  }

  /// Of the rows that the query's caller sees.
  static ColumnBounds seen(GroupSource source, ScanContext scan) {
    Caller caller = scan.query().caller();
    if (!Guard.isRestricted(caller, source.schema())) {
      return new ColumnBounds(source.schema(), source::bounds);
    }
    Filter own = Objects.requireNonNull(Guard.rows(caller, Verb.QUERY, source.schema()));
    return new ColumnBounds(source.schema(), column -> scanned(column, own, source, scan));
  }

  private static @Nullable LongRange scanned(
      ColumnSpec column, Filter own, GroupSource source, ScanContext scan) {
    ColumnType.Scalar type = column.type().element();
    AggregateQuery query =
        AggregateQuery.totals(
            source.schema().name(),
            own,
            List.of(
                new Measure.Column(column.name(), Measure.Function.MIN),
                new Measure.Column(column.name(), Measure.Function.MAX)));
    List<ResultColumn> edges =
        AggregateRunner.run(query, null, source, PlanLimits.ONE_ROW, scan).measures();
    Object min = edges.getFirst().value(0);
    Object max = edges.getLast().value(0);
    return min == null || max == null
        ? null
        : new LongRange(Values.toLong(type, min), Values.toLong(type, max));
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
    LongRange found = of(column.name());
    if (found == null) {
      return Span.EMPTY;
    }
    long end = found.max() == Long.MAX_VALUE ? found.max() : found.max() + 1;
    return new Span(
        from == null ? found.min() : Axes.ceiling(type, from),
        to == null ? end : Axes.ceiling(type, to));
  }

  /// Null where the column has no value at all.
  @Nullable LongRange of(String column) {
    Optional<LongRange> range = known.get(column);
    if (range == null) {
      range = Optional.ofNullable(found.apply(columns.require(column)));
      known.put(column, range);
    }
    return range.orElse(null);
  }
}
