package io.tyto.model.schema;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Columns that an event gets from elsewhere when it comes: their values are stored with it.
public sealed interface Join {
  int MAX_JOINS = 16;

  /// Column of the collection -> field of what is joined.
  Map<String, String> take();

  /// The joins of a config with dimension tables.
  static List<OfTable> withTables(EventConfig config) {
    return config.joins().stream()
        .filter(OfTable.class::isInstance)
        .map(OfTable.class::cast)
        .toList();
  }

  /// The joins of a config with other collections.
  static List<OfEvents> withEvents(EventConfig config) {
    return config.joins().stream()
        .filter(OfEvents.class::isInstance)
        .map(OfEvents.class::cast)
        .toList();
  }

  /// With a row of a dimension table. Never computed again.
  ///
  /// @param on the column whose value is the key in the table
  record OfTable(String table, String on, Map<String, String> take, AsOf asOf) implements Join {
    /// What {@link ColumnSpec#enriched} says of such a column, in place of an enricher.
    public static final String FILLER = "join";

    public OfTable {
      take = Collections.unmodifiableMap(new LinkedHashMap<>(take));
    }
  }

  /// Which version of a table answers.
  enum AsOf {
    /// The newest one that was in force at the event's time, or the oldest one that is kept.
    EVENT_TIME,
    /// The newest one there is when the event comes.
    NOW
  }

  /// With what events of another collection of the group said last of the same entity, as of the
  /// event's time. A pure function of the stored rows: where events come too late for it, the
  /// values are made right in the background.
  ///
  /// @param from name of the collection
  /// @param patience how long events of a log wait for those of the other collection's
  record OfEvents(String from, Map<String, String> take, Duration patience) implements Join {
    /// What {@link ColumnSpec#enriched} says of such a column, in place of an enricher.
    public static final String FILLER = "join from";

    /// Fields of one collection that others may take: each is kept of every entity.
    public static final int MAX_TAKEN = 6;

    public static final Duration MAX_PATIENCE = Duration.ofMinutes(1);

    public OfEvents {
      take = Collections.unmodifiableMap(new LinkedHashMap<>(take));
    }
  }
}
