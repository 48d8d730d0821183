package io.tyto.model.query;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How many entities went how far through some steps, each of them once.
///
/// An entity's events that meet a step are in order of time; those of equal time in the order of
/// the first step they meet, then as they arrived. An attempt begins with an event of the first
/// step and takes, for each further step, an event that stands behind that of the step before and
/// is at most `window` later than the first; so one event is one step at most. An entity has gone
/// as far as its furthest attempt: of several the one that got there first, and of those the one
/// that began last.
///
/// @param steps the first one's range is where attempts begin; those of the others may end up to
///   `window` later and are so read, whatever they say
/// @param isStrict between two steps of an attempt stands no event of another step than the one
///   reached
/// @param breakdown column of the first step's collection: each entity is in the group of the event
///   its attempt began with; null: no groups
/// @param limit groups, those with the most entities first
/// @param wantsTimes whether the medians are asked for
public record FunnelQuery(
    List<EventFilter> steps,
    Duration window,
    boolean isStrict,
    @Nullable String breakdown,
    int limit,
    boolean wantsTimes) {

  public FunnelQuery {
    steps = List.copyOf(steps);
  }

  /// The same question about other events.
  public FunnelQuery withSteps(List<EventFilter> others) {
    return new FunnelQuery(others, window, isStrict, breakdown, limit, wantsTimes);
  }
}
