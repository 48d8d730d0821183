package io.tyto.engine.filter;

import io.tyto.engine.scan.ColumnSlots;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Turns a filter and a time range into a {@link CompiledFilter}.
///
/// NOT is pushed down to the leaves, which holds in three-valued logic too; after that only the
/// rows where something is true are asked for, and null needs no bits of its own.
public final class FilterCompiler {
  private final ColumnSlots slots;
  private final ValuePredicates tests;

  private FilterCompiler(ColumnSlots slots, long seed) {
    this.slots = slots;
    tests = new ValuePredicates(seed);
  }

  /// Columns are taken from (and added to) `slots`. BAD_USER_INPUT for a pattern that cannot be
  /// read; IllegalArgumentException for unknown columns, ClassCastException for literals of the
  /// wrong type.
  ///
  /// @param seed of hash tables
  public static CompiledFilter compile(
      @Nullable Filter where, TimeInterval range, ColumnSlots slots, long seed) {
    FilterCompiler compiler = new FilterCompiler(slots, seed);
    List<RowPredicate> parts = new ArrayList<>();
    compiler.addRange(range, parts);
    if (where != null) {
      parts.add(compiler.compile(where, true));
    }
    return new CompiledFilter(all(parts));
  }

  private void addRange(TimeInterval range, List<RowPredicate> parts) {
    if (range.from() == null && range.to() == null) {
      return;
    }
    ColumnSpec column = slots.schema().timeColumn();
    BigInteger low = range.from() == null ? null : firstFrom(column.type(), range.from());
    BigInteger high =
        range.to() == null ? null : firstFrom(column.type(), range.to()).subtract(BigInteger.ONE);
    parts.add(new RowPredicate.OfColumn(slots.slot(column), Literals.range(low, high, false)));
  }

  /// The first value at or after the instant; a date stands for its midnight, UTC.
  private static BigInteger firstFrom(ColumnType type, Instant instant) {
    Literals.Floor floor =
        switch (type) {
          case ColumnType.TimestampType timestamp -> Literals.floor(timestamp, instant);
          case ColumnType.DateType _ -> {
            LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
            boolean isMidnight = day.atStartOfDay().toInstant(ZoneOffset.UTC).equals(instant);
            yield new Literals.Floor(BigInteger.valueOf(day.toEpochDay()), isMidnight);
          }
          default -> throw new IllegalArgumentException(type + " is no time");
        };
    return floor.isExact() ? floor.value() : floor.value().add(BigInteger.ONE);
  }

  private RowPredicate compile(Filter filter, boolean positive) {
    return switch (filter) {
      case Filter.Not not -> compile(not.filter(), !positive);
      case Filter.And and -> combine(and.filters(), positive, positive);
      case Filter.Or or -> combine(or.filters(), positive, !positive);
      case Filter.Compare leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.In leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.Match leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.IsNull leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.HasAll leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.ListEmpty leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.ListLength leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.AnyElement leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.JsonPath leaf -> leaf(leaf.column(), leaf, positive);
      case Filter.InCohort(var cohort, var members) -> {
        if (members == null) {
          throw new IllegalArgumentException("who is in " + cohort + " was not found out");
        }
        yield new RowPredicate.OfEntities(
            slots.slot(SystemColumns.ENTITY_NAME), members, !positive);
      }
      case Filter.Sampled(double rate) ->
          new RowPredicate.Sampled(
              slots.schema().config().entity() == null ? -1 : slots.slot(SystemColumns.ENTITY_NAME),
              slots.slot(SystemColumns.LOG_NAME),
              slots.slot(SystemColumns.OFFSET_NAME),
              rate,
              !positive);
    };
  }

  private RowPredicate leaf(String column, Filter leaf, boolean positive) {
    int slot = slots.slot(column);
    return new RowPredicate.OfColumn(slot, tests.of(slots.column(slot).type(), leaf, positive));
  }

  private RowPredicate combine(List<Filter> filters, boolean positive, boolean isAll) {
    List<RowPredicate> parts = new ArrayList<>();
    for (Filter filter : filters) {
      parts.add(compile(filter, positive));
    }
    return isAll ? all(parts) : new RowPredicate.Any(sorted(parts));
  }

  private static RowPredicate all(List<RowPredicate> parts) {
    return parts.size() == 1 ? parts.getFirst() : new RowPredicate.All(sorted(parts));
  }

  private static List<RowPredicate> sorted(List<RowPredicate> parts) {
    return parts.stream().sorted(Comparator.comparingInt(RowPredicate::cost)).toList();
  }
}
