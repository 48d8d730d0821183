package io.tyto.engine.state;

import io.tyto.model.schema.Physical;

/// What an element keeps of the values of its column. Numbers are durable: never changed, never
/// reused.
public enum StateFunction {
  /// Events, or values that are not null where there is a column.
  COUNT(1),
  /// 128 bits for integers, compensated for doubles.
  SUM(2),
  /// Sum and number of values.
  AVG(3),
  MIN(4),
  MAX(5),
  /// The value of the earliest event that has one; of events of one time the one that came first.
  FIRST(6),
  /// The value of the latest event that has one; of events of one time the one that came last.
  LAST(7),
  /// HyperLogLog, as approximate distinct counts of queries.
  DISTINCT(8),
  /// Number, mean and sum of squared deviations of values, by Welford.
  MOMENTS(9);

  private final int id;

  StateFunction(int id) {
    this.id = id;
  }

  public int id() {
    return id;
  }

  /// IllegalArgumentException where there is none of that number.
  static StateFunction of(int id) {
    for (StateFunction function : values()) {
      if (function.id == id) {
        return function;
      }
    }
    throw new IllegalArgumentException("no function of state has the number " + id);
  }

  /// Words an element takes in memory; {@link #hasObject} says what else.
  int words(Physical form) {
    int value = form == Physical.BYTES ? 0 : 1;
    return switch (this) {
      case COUNT -> 1;
      case SUM -> 2;
      case AVG, MOMENTS -> 3;
      case MIN, MAX -> value;
      case FIRST, LAST -> 1 + value;
      case DISTINCT -> 0;
    };
  }

  boolean hasObject(Physical form) {
    return switch (this) {
      case COUNT, SUM, AVG, MOMENTS -> false;
      case MIN, MAX, FIRST, LAST -> form == Physical.BYTES;
      case DISTINCT -> true;
    };
  }
}
