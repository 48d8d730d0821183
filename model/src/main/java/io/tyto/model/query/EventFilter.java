package io.tyto.model.query;

import org.jspecify.annotations.Nullable;

/// Events of one collection: those in the range that meet the filter and whose entity is known.
///
/// @param where null: all
public record EventFilter(String collection, TimeInterval range, @Nullable Filter where) {
  /// Kinds of events that one question may tell apart.
  public static final int MAX_KINDS = 16;

  /// The same events with another filter.
  public EventFilter withWhere(@Nullable Filter other) {
    return new EventFilter(collection, range, other);
  }
}
