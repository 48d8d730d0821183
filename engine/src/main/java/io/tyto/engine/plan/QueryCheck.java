package io.tyto.engine.plan;

import io.tyto.engine.measure.Columns;
import io.tyto.engine.measure.FilterCheck;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.RecordsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Refuses queries that mean nothing, before anything is scanned: BAD_USER_INPUT with the
/// coordinate of the column. Measures are checked where they are compiled, filters by {@link
/// FilterCheck}.
record QueryCheck(Columns columns) {
  private static final int MAX_KEYS = 16;

  void check(AggregateQuery query) {
    if (query.where() != null) {
      new FilterCheck(columns).check(query.where());
    }
    checkRange(query.range());
    checkKeys(query.groupBy());
    checkOrder(query);
    AggregateQuery.LimitPer limitPer = query.limitPer();
    if (limitPer != null) {
      checkPositions("limitPer", limitPer.keys(), limitPer.n(), query.groupBy());
    }
    AggregateQuery.TopGroups top = query.top();
    if (top != null) {
      checkTop(top, query.groupBy());
    } else if (query.others() || query.wants().othersRows()) {
      throw columns.refuse("others are what top leaves over: give top too");
    }
    checkPage(query.limit(), query.offset());
  }

  void check(RecordsQuery query) {
    if (query.where() != null) {
      new FilterCheck(columns).check(query.where());
    }
    checkRange(query.range());
    for (RecordsQuery.Order order : query.orderBy()) {
      ColumnType type = columns.require(order.column()).type();
      if (type.isList() || type instanceof ColumnType.JsonType) {
        throw columns.refuse(order.column(), "records cannot be ordered by " + type);
      }
    }
    query.columns().forEach(columns::require);
    checkPage(query.limit(), query.offset());
  }

  void checkDimension(String column) {
    if (columns.require(column).type() instanceof ColumnType.JsonType) {
      throw columns.refuse(
          column, "json is no dimension: declare a field derived from a path of it");
    }
  }

  private void checkKeys(List<GroupKey> keys) {
    if (keys.size() > MAX_KEYS) {
      throw columns.refuse("groupBy takes at most " + MAX_KEYS + " keys, not " + keys.size());
    }
    Set<String> taken = new HashSet<>();
    int rolling = 0;
    int filled = 0;
    for (GroupKey key : keys) {
      checkKey(key);
      if (!taken.add(key instanceof GroupKey.Bins ? key.column() + "_bin" : key.column())) {
        throw new TytoException(
            ErrorCode.DUPLICATE_KEY,
            "groupBy names " + key.column() + " twice",
            columns.coordinate(key.column()),
            null);
      }
      if (key instanceof GroupKey.TimeBucket bucket) {
        rolling += isRolling(bucket) ? 1 : 0;
        filled += bucket.fill() == GroupKey.GapFill.NONE ? 0 : 1;
      }
    }
    if (rolling > 1 || filled > 1) {
      throw columns.refuse("at most one time key may have a window, and at most one a gap fill");
    }
  }

  static boolean isRolling(GroupKey.TimeBucket bucket) {
    return bucket.window() != null || bucket.cumulative();
  }

  private void checkKey(GroupKey key) {
    switch (key) {
      case GroupKey.Dimension(String column) -> checkDimension(column);
      case GroupKey.Bins bins -> checkBins(bins);
      case GroupKey.TimeBucket bucket -> checkBucket(bucket);
    }
  }

  private void checkBins(GroupKey.Bins bins) {
    String column = bins.column();
    if (!Columns.isNumber(columns.require(column).type().element())) {
      throw columns.refuse(column, "bins need a number");
    }
    Double width = bins.width();
    if (width == null == bins.edges().isEmpty()) {
      throw columns.refuse(column, "bins need either a width or edges");
    }
    if (width != null && !(width > 0 && Double.isFinite(width))) {
      throw columns.refuse(column, "the width of bins is greater than 0, not " + width);
    }
    double before = Double.NEGATIVE_INFINITY;
    for (double edge : bins.edges()) {
      if (!(edge > before && Double.isFinite(edge))) {
        throw columns.refuse(column, "edges of bins ascend: " + edge + " after " + before);
      }
      before = edge;
    }
  }

  private void checkBucket(GroupKey.TimeBucket bucket) {
    String column = bucket.column();
    ColumnType.Scalar type = columns.require(column).type().element();
    if (!Columns.isTime(type)) {
      throw columns.refuse(column, "time buckets need a timestamp or a date, not " + type);
    }
    if (bucket.every() < 1) {
      throw columns.refuse(column, "every is at least 1, not " + bucket.every());
    }
    checkEvery(bucket);
    boolean isClock = isClock(bucket.granularity());
    if (isClock && type instanceof ColumnType.DateType) {
      throw columns.refuse(
          column, "a date has no " + bucket.granularity() + ": take DAY or coarser");
    }
    checkOffset(bucket, isClock, type);
    checkRolling(bucket, type);
  }

  private void checkEvery(GroupKey.TimeBucket bucket) {
    int most =
        switch (bucket.granularity()) {
          case SECOND, MINUTE, HOUR, DAY, WEEK -> 1_000_000;
          case MONTH -> 12;
          case QUARTER -> 4;
          case YEAR -> 10_000;
          case ALL -> 1;
        };
    if (bucket.every() > most) {
      throw columns.refuse(
          bucket.column(),
          "every of %s is at most %,d, not %,d"
              .formatted(bucket.granularity(), most, bucket.every()));
    }
  }

  private static boolean isClock(GroupKey.Granularity granularity) {
    return switch (granularity) {
      case SECOND, MINUTE, HOUR -> true;
      case DAY, WEEK, MONTH, QUARTER, YEAR, ALL -> false;
    };
  }

  private void checkOffset(GroupKey.TimeBucket bucket, boolean isClock, ColumnType.Scalar type) {
    GroupKey.TimeAmount offset = bucket.offset();
    if (offset == null) {
      return;
    }
    String column = bucket.column();
    if (offset.duration().toNanosPart() != 0) {
      throw columns.refuse(column, "an offset is whole seconds, not " + offset.duration());
    }
    if (isClock && offset.period().toTotalMonths() != 0) {
      throw columns.refuse(column, "an offset of months needs buckets of DAY or coarser");
    }
    if (type instanceof ColumnType.DateType && !offset.duration().isZero()) {
      throw columns.refuse(column, "buckets of a date are moved by whole days only");
    }
  }

  private void checkRolling(GroupKey.TimeBucket bucket, ColumnType.Scalar type) {
    GroupKey.TimeAmount window = bucket.window();
    if (window == null) {
      return;
    }
    String column = bucket.column();
    if (bucket.cumulative()) {
      throw columns.refuse(column, "a bucket has a window or is cumulative, not both");
    }
    boolean isNegative = window.period().isNegative() || window.duration().isNegative();
    if (isNegative || (window.period().isZero() && window.duration().isZero())) {
      throw columns.refuse(column, "a window is longer than nothing");
    }
    if (type instanceof ColumnType.DateType && !window.duration().isZero()) {
      throw columns.refuse(column, "a window over a date is whole days: P7D");
    }
  }

  private void checkOrder(AggregateQuery query) {
    for (AggregateQuery.Order order : query.orderBy()) {
      switch (order) {
        case AggregateQuery.Order.ByKey(int key, _) -> {
          if (key < 0 || key >= query.groupBy().size()) {
            throw new TytoException(
                ErrorCode.ORDER_KEY_NOT_GROUPED, "orderBy names a key that groupBy does not have");
          }
        }
        case AggregateQuery.Order.ByMeasure(_, _, AggregateQuery.Basis basis) -> {
          if (basis != AggregateQuery.Basis.CURRENT && query.compareTo() == null) {
            throw columns.refuse("an order by " + basis + " needs compareTo");
          }
        }
      }
    }
  }

  private void checkTop(AggregateQuery.TopGroups top, List<GroupKey> keys) {
    checkPositions("top", top.keys(), top.n(), keys);
    if (top.keys().isEmpty()) {
      throw columns.refuse("top needs at least one key");
    }
    for (int position : top.keys()) {
      if (keys.get(position) instanceof GroupKey.TimeBucket bucket && isRolling(bucket)) {
        throw columns.refuse(bucket.column(), "top cannot choose among overlapping buckets");
      }
    }
  }

  private void checkPositions(String what, List<Integer> positions, int n, List<GroupKey> keys) {
    if (n < 1) {
      throw columns.refuse(what + " keeps at least 1, not " + n);
    }
    Set<Integer> seen = new HashSet<>();
    for (int position : positions) {
      if (position < 0 || position >= keys.size()) {
        throw columns.refuse(what + " names a key that groupBy does not have");
      }
      if (!seen.add(position)) {
        throw columns.refuse(what + " names " + keys.get(position).column() + " twice");
      }
    }
  }

  void checkRange(TimeInterval range) {
    if (range.from() != null && range.to() != null && range.from().isAfter(range.to())) {
      throw columns.refuse(
          "the range ends before it begins: " + range.from() + " to " + range.to());
    }
  }

  private void checkPage(int limit, int offset) {
    if (limit < 0 || offset < 0) {
      throw columns.refuse("limit and offset are not negative");
    }
  }
}
