package io.tyto.ingest.config;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.TimestampUnit;
import io.tyto.model.text.Suggestion;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the entries of `join` that take fields of other collections, and checks what concerns both
/// sides.
final class EventJoinReader {
  private final Map<String, EventConfig> sources;
  private final Problems problems;

  /// @param sources other collections, by name
  EventJoinReader(Map<String, EventConfig> sources, Problems problems) {
    this.sources = sources;
    this.problems = problems;
  }

  /// The collection that an entry names; null, with a problem, where there is none.
  @Nullable EventConfig source(Section section) {
    Located name = section.requiredText("from", "the collection to take fields of");
    EventConfig source = name == null ? null : sources.get(name.value());
    if (name != null && source == null) {
      problems.wrong(
          name,
          "expected a collection with the same entity%s"
              .formatted(Suggestion.didYouMean(name.value(), sources.keySet())));
    }
    return source;
  }

  /// The column that a field becomes; null, with a problem, where it cannot be taken.
  @Nullable ColumnSpec column(String name, Located field, EventConfig source) {
    ColumnSpec taken = source.column(field.value());
    String obstacle = taken == null ? null : obstacle(taken, source);
    if (taken == null) {
      List<String> names = source.columns().stream().map(ColumnSpec::name).toList();
      problems.wrong(
          field,
          "expected a field of %s that its events bring: %s%s"
              .formatted(
                  source.collection(),
                  String.join(", ", names),
                  Suggestion.didYouMean(field.value(), names)));
      return null;
    }
    if (obstacle != null) {
      problems.wrong(field, obstacle);
      return null;
    }
    return new ColumnSpec(
        0,
        name,
        ApiNames.field(name),
        taken.type(),
        taken.role(),
        taken.description(),
        taken.deprecated(),
        taken.unit(),
        null,
        taken.annotations(),
        null,
        List.of(),
        Join.OfEvents.FILLER,
        null);
  }

  /// Why a field cannot be taken; null where it can.
  private static @Nullable String obstacle(ColumnSpec column, EventConfig source) {
    if (column.privacy() != null) {
      return "which is private there: its copies would not follow its policy. Expected another field";
    }
    if (column.type().isList() || column.type() instanceof ColumnType.JsonType) {
      return "which is a %s; expected a field of single values".formatted(column.type());
    }
    if (column.isLookup()) {
      return "which is looked up when somebody asks; expected a field that is stored";
    }
    if (column.isJoinedWithEvents()) {
      return "which is taken from a third collection there; take it from that one";
    }
    return AppendedColumns.names(source.columns()).contains(column.name())
        ? "which depends on the events before; expected a field whose values come with the events"
        : null;
  }

  /// The entry as a join; null, with a problem, where there is something wrong with it.
  ///
  /// @param own the config so far
  /// @param entity of the collection, or null
  Join.@Nullable OfEvents read(
      Section section,
      Map<String, String> take,
      String collection,
      EventConfig.@Nullable Entity entity,
      @Nullable ColumnSpec time) {
    Located name = section.text("from");
    EventConfig source = name == null ? null : sources.get(name.value());
    Duration patience = patience(section);
    if (name == null || source == null) {
      return null;
    }
    if (source.collection().equals(collection)) {
      problems.wrong(
          name,
          "which is this collection itself; what its own events said before is a field with `state`, such as `state: \"last(platform)\"`");
      return null;
    }
    String own = entity == null ? null : entity.name();
    String other = source.entity() == null ? null : source.entity().name();
    if (own == null || !own.equals(other)) {
      problems.wrong(
          name,
          "whose events are of %s, and these of %s; expected a collection with the same entity, because only events of one entity lie together"
              .formatted(
                  other == null ? "no entity" : "the entity " + other,
                  own == null ? "none" : "the entity " + own));
      return null;
    }
    ColumnSpec sourceTime = source.time() == null ? null : source.column(source.time());
    if (time == null || sourceTime == null) {
      problems.wrong(
          name,
          "which needs the times of events to say which came before: name their column in `time` %s"
              .formatted(time == null ? "here" : "of " + source.collection()));
      return null;
    }
    if (isNanos(time.type()) || isNanos(sourceTime.type())) {
      problems.wrong(
          name,
          "which compares times in microseconds; expected a time of milliseconds or microseconds in both collections");
      return null;
    }
    return new Join.OfEvents(source.collection(), take, patience);
  }

  private static boolean isNanos(ColumnType type) {
    return type instanceof ColumnType.TimestampType(TimestampUnit unit)
        && unit == TimestampUnit.NANOS;
  }

  private Duration patience(Section section) {
    Located text = section.text("wait");
    if (text == null) {
      return Duration.ZERO;
    }
    try {
      Duration wait = Duration.parse(text.value());
      if (!wait.isNegative() && wait.compareTo(Join.OfEvents.MAX_PATIENCE) <= 0) {
        return wait;
      }
    } catch (DateTimeException e) {
      // Said below, together with what is too long.
    }
    problems.wrong(
        text,
        "expected an ISO-8601 duration of at most %s, such as PT2S"
            .formatted(Join.OfEvents.MAX_PATIENCE));
    return Duration.ZERO;
  }

  /// Refuses collections that wait for each other.
  private static void checkCircles(Map<String, EventConfig> all, Map<String, ParsedFile> files) {
    for (Map.Entry<String, ParsedFile> file : files.entrySet()) {
      Set<String> reached = new LinkedHashSet<>();
      awaitedBy(file.getKey(), all, reached);
      if (reached.contains(file.getKey())) {
        file.getValue()
            .problems()
            .wrong(
                file.getValue().collectionLine(),
                "join.wait",
                "makes %s wait for itself, over %s; leave one of the waits out: what comes late there is joined in the background"
                    .formatted(file.getKey(), String.join(", ", reached)));
        return;
      }
    }
  }

  private static void awaitedBy(
      String collection, Map<String, EventConfig> all, Set<String> reached) {
    EventConfig config = all.get(collection);
    for (Join.OfEvents join : config == null ? List.<Join.OfEvents>of() : Join.withEvents(config)) {
      if (!join.patience().isZero() && reached.add(join.from())) {
        awaitedBy(join.from(), all, reached);
      }
    }
  }

  /// Checks what several collections take of one, and that nothing changes which others take.
  ///
  /// @param all configs that will stand, by name
  /// @param files those that are read now, by name
  static void check(Map<String, EventConfig> all, Map<String, ParsedFile> files) {
    checkCircles(all, files);
    Map<String, Set<String>> taken = new HashMap<>();
    for (EventConfig config : all.values()) {
      for (Join.OfEvents join : Join.withEvents(config)) {
        taken.computeIfAbsent(join.from(), _ -> new LinkedHashSet<>()).addAll(join.take().values());
        ParsedFile source = files.get(join.from());
        if (source != null && !files.containsKey(config.collection())) {
          join.take().forEach((name, field) -> checkTaken(config, name, field, source));
        }
      }
    }
    taken.forEach((source, fields) -> {
      if (fields.size() > Join.OfEvents.MAX_TAKEN) {
        for (EventConfig config : all.values()) {
          ParsedFile file = files.get(config.collection());
          boolean isTaker =
              Join.withEvents(config).stream().anyMatch(join -> join.from().equals(source));
          if (file != null && isTaker) {
            file.problems()
                .wrong(
                    file.collectionLine(),
                    "join",
                    "makes %d different fields that collections take of %s: %s; at most %d, because each is kept of every entity"
                        .formatted(
                            fields.size(),
                            source,
                            String.join(", ", fields),
                            Join.OfEvents.MAX_TAKEN));
          }
        }
      }
    });
  }

  private static void checkTaken(EventConfig taker, String name, String field, ParsedFile source) {
    EventConfig config = source.config();
    ColumnSpec copy = taker.column(name);
    ColumnSpec column = config == null ? null : config.column(field);
    if (config == null || copy == null) {
      return;
    }
    String changed =
        column == null
            ? "is missing"
            : obstacle(column, config) != null
                ? "could not be taken any more"
                : column.type().equals(copy.type())
                    ? null
                    : "becomes %s from %s".formatted(column.type(), copy.type());
    if (changed != null) {
      source
          .problems()
          .wrong(
              source.collectionLine(),
              "fields." + field,
              "%s, but %s takes it as %s: take that out of its `join` first, in an apply before"
                  .formatted(changed, taker.collection(), name));
    }
  }
}
