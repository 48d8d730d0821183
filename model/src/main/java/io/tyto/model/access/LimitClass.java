package io.tyto.model.access;

/// What each caller of one class may use. Units of cost are those of {@link
/// io.tyto.model.query.Estimate}. Where there is no limit, numbers are infinite or {@link
/// Integer#MAX_VALUE}. Immutable.
///
/// @param costPerSecond that comes back to a caller who has used some
/// @param burst cost that a caller who used none for a while can use at once
/// @param costPerQuery most that one query may be estimated at
/// @param concurrentQueries at a time
/// @param subscriptions at a time
/// @param costPerDay from midnight to midnight, UTC
public record LimitClass(
    String name,
    double costPerSecond,
    double burst,
    double costPerQuery,
    int concurrentQueries,
    int subscriptions,
    double costPerDay) {

  /// Whether nothing is allowed by this class that another does not allow.
  public boolean isWithin(LimitClass other) {
    return costPerSecond <= other.costPerSecond
        && burst <= other.burst
        && costPerQuery <= other.costPerQuery
        && concurrentQueries <= other.concurrentQueries
        && subscriptions <= other.subscriptions
        && costPerDay <= other.costPerDay;
  }

  /// A class without limits.
  public static LimitClass none(String name) {
    return new LimitClass(
        name,
        Double.POSITIVE_INFINITY,
        Double.POSITIVE_INFINITY,
        Double.POSITIVE_INFINITY,
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Double.POSITIVE_INFINITY);
  }
}
