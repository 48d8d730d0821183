package io.tyto.model.schema;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// Columns that an event gets from elsewhere when it comes: their values are stored with it and
/// never computed again.
///
/// @param table the dimension table that they come from
/// @param on the column whose value is the key in the table
/// @param take column of the collection -> field of the table
public record Join(String table, String on, Map<String, String> take, AsOf asOf) {
  /// What {@link ColumnSpec#enriched} says of such a column, in place of an enricher.
  public static final String FILLER = "join";

  public static final int MAX_JOINS = 16;

  /// Which version of the table answers.
  public enum AsOf {
    /// The newest one that was in force at the event's time, or the oldest one that is kept.
    EVENT_TIME,
    /// The newest one there is when the event comes.
    NOW
  }

  public Join {
    take = Collections.unmodifiableMap(new LinkedHashMap<>(take));
  }
}
