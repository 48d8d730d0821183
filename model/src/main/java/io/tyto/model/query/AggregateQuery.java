package io.tyto.model.query;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// One group-by question to a collection.
///
/// Order of evaluation: rows in `range` that meet `where` -> groups -> `top` -> `having` ->
/// `orderBy` -> `limitPer` -> offset/after -> limit. Totals stand before having.
///
/// @param measures what the caller wants back, without duplicates; orderBy, having and top may name
///   others
/// @param identity hash of the caller's input, part of every group's id and cursor
/// @param after an opaque cursor of an earlier answer; pins its snapshot
/// @param snapshot what is read where there is no cursor
public record AggregateQuery(
    String collection,
    TimeInterval range,
    @Nullable Filter where,
    List<GroupKey> groupBy,
    List<Measure> measures,
    @Nullable Having having,
    List<Order> orderBy,
    @Nullable LimitPer limitPer,
    @Nullable TopGroups top,
    boolean others,
    @Nullable TimeInterval compareTo,
    GroupKey.@Nullable TimeAmount compareShift,
    Wants wants,
    int limit,
    int offset,
    @Nullable String after,
    String identity,
    SnapshotChoice snapshot) {

  /// Of the newest snapshot.
  public AggregateQuery(
      String collection,
      TimeInterval range,
      @Nullable Filter where,
      List<GroupKey> groupBy,
      List<Measure> measures,
      @Nullable Having having,
      List<Order> orderBy,
      @Nullable LimitPer limitPer,
      @Nullable TopGroups top,
      boolean others,
      @Nullable TimeInterval compareTo,
      GroupKey.@Nullable TimeAmount compareShift,
      Wants wants,
      int limit,
      int offset,
      @Nullable String after,
      String identity) {
    this(
        collection,
        range,
        where,
        groupBy,
        measures,
        having,
        orderBy,
        limitPer,
        top,
        others,
        compareTo,
        compareShift,
        wants,
        limit,
        offset,
        after,
        identity,
        SnapshotChoice.NEWEST);
  }

  /// Measures of all rows of a collection that meet a filter, in one row.
  public static AggregateQuery totals(
      String collection, @Nullable Filter where, List<Measure> measures) {
    return new AggregateQuery(
        collection,
        TimeInterval.ALL_TIME,
        where,
        List.of(),
        measures,
        null,
        List.of(),
        null,
        null,
        false,
        null,
        null,
        Wants.ROWS,
        1,
        0,
        null,
        "");
  }

  /// The same question about another time.
  public AggregateQuery withTimes(
      TimeInterval newRange,
      @Nullable TimeInterval newCompareTo,
      GroupKey.@Nullable TimeAmount newShift) {
    return new AggregateQuery(
        collection,
        newRange,
        where,
        groupBy,
        measures,
        having,
        orderBy,
        limitPer,
        top,
        others,
        newCompareTo,
        newShift,
        wants,
        limit,
        offset,
        after,
        identity,
        snapshot);
  }

  /// The same question with another filter.
  public AggregateQuery withWhere(@Nullable Filter other) {
    return new AggregateQuery(
        collection,
        range,
        other,
        groupBy,
        measures,
        having,
        orderBy,
        limitPer,
        top,
        others,
        compareTo,
        compareShift,
        wants,
        limit,
        offset,
        after,
        identity,
        snapshot);
  }

  /// The same question about another snapshot.
  public AggregateQuery withSnapshot(SnapshotChoice other) {
    return new AggregateQuery(
        collection,
        range,
        where,
        groupBy,
        measures,
        having,
        orderBy,
        limitPer,
        top,
        others,
        compareTo,
        compareShift,
        wants,
        limit,
        offset,
        after,
        identity,
        other);
  }

  /// Which optional parts of the answer the caller selected.
  public record Wants(
      boolean totals, boolean previous, boolean othersRows, boolean groupCount, boolean cursors) {
    public static final Wants ROWS = new Wants(false, false, false, false, false);
  }

  /// A predicate over measures; a null measure makes it null.
  public sealed interface Having {
    record And(List<Having> havings) implements Having {}

    record Or(List<Having> havings) implements Having {}

    record Not(Having having) implements Having {}

    /// The numeric value of `of` compared with `value`.
    record Compare(Measure of, Filter.Op op, double value) implements Having {}

    record IsNull(Measure of) implements Having {}
  }

  public sealed interface Order {
    Direction direction();

    /// @param key position in `groupBy`
    record ByKey(int key, Direction direction) implements Order {}

    record ByMeasure(Measure of, Direction direction, Basis basis) implements Order {}
  }

  /// Nulls last unless said.
  public enum Direction {
    ASC,
    ASC_NULLS_FIRST,
    DESC,
    DESC_NULLS_FIRST;

    public boolean descending() {
      return this == DESC || this == DESC_NULLS_FIRST;
    }

    public boolean nullsFirst() {
      return this == ASC_NULLS_FIRST || this == DESC_NULLS_FIRST;
    }
  }

  public enum Basis {
    CURRENT,
    PREVIOUS,
    DELTA,
    DELTA_PCT
  }

  /// The first n rows of each tuple of the keys at these positions of `groupBy`.
  public record LimitPer(List<Integer> keys, int n) {}

  /// The n best tuples of the keys at these positions, over the whole range.
  public record TopGroups(List<Integer> keys, int n, Measure by, Direction direction) {}
}
