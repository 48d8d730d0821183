package io.tyto.engine.behaviour;

import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.TimeInterval;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Events that a random question wants, for the engine and for the oracle.
///
/// @param sql of `where`, without the range
record Wanted(String collection, @Nullable Filter where, String sql) {
  private static final List<Wanted> ALL =
      List.of(
          new Wanted("visit", null, "coll = 'visit'"),
          new Wanted("buy", null, "coll = 'buy'"),
          country("visit", "de"),
          country("visit", "fr"),
          country("buy", "de"),
          amount("visit", 2),
          amount("buy", 2),
          amount("buy", 4));

  private static Wanted country(String collection, String country) {
    return new Wanted(
        collection,
        new Filter.Compare("country", Filter.Op.EQ, country, false),
        "coll = '%s' and country = '%s'".formatted(collection, country));
  }

  private static Wanted amount(String collection, long least) {
    return new Wanted(
        collection,
        new Filter.Compare("amount", Filter.Op.GTE, least, false),
        "coll = '%s' and amount >= %d".formatted(collection, least));
  }

  static Wanted any(Random random) {
    return ALL.get(random.nextInt(ALL.size()));
  }

  EventFilter in(TimeInterval range) {
    return new EventFilter(collection, range, where);
  }

  /// @param to exclusive
  String sqlIn(TimeInterval range, @Nullable Instant to) {
    String text = "(coalesce(" + sql + ", false)";
    if (range.from() != null) {
      text += " and ts >= " + literal(range.from());
    }
    if (to != null) {
      text += " and ts < " + literal(to);
    }
    return text + ")";
  }

  static String literal(Instant time) {
    return "timestamp '" + time.toString().replace("T", " ").replace("Z", "") + "'";
  }
}
