package io.tyto.model.query;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Sessions: an entity's events of any of the kinds, none more than `gap` after the one before.
///
/// They are made of the events in the range, so one that goes on beyond it is cut off there.
///
/// @param granularity buckets by the time a session begins at; null: none
/// @param breakdown of the event that a session begins with; null: none
/// @param quantiles of a session's length
/// @param limit groups
public record SessionsQuery(
    List<EventFilter> events,
    Duration gap,
    GroupKey.@Nullable Granularity granularity,
    ZoneId zone,
    DayOfWeek weekStart,
    @Nullable Breakdown breakdown,
    List<Double> quantiles,
    int limit) {

  /// The same question about other events.
  public SessionsQuery withEvents(List<EventFilter> others) {
    return new SessionsQuery(
        others, gap, granularity, zone, weekStart, breakdown, quantiles, limit);
  }

  /// A column of one of the collections; null for sessions that begin in another.
  public record Breakdown(String collection, String column) {}
}
