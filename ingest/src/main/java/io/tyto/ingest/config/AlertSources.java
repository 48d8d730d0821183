package io.tyto.ingest.config;

import io.tyto.model.schema.Alert;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.EventConfig.Entity;
import io.tyto.model.schema.Privacy;
import io.tyto.model.text.Suggestion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Checks collections of alerts against the collections whose marks they gather.
final class AlertSources {
  private static final String KEY = "source.alertsOf";

  private AlertSources() {}

  /// @param files that are to be applied
  /// @param standing configs of the catalog; one of a file's name is replaced by it
  static void check(List<ParsedFile> files, List<EventConfig> standing) {
    Map<String, EventConfig> all = new TreeMap<>();
    standing.forEach(config -> all.put(config.collection(), config));
    Map<String, ParsedFile> fresh = new HashMap<>();
    for (ParsedFile file : files) {
      if (file.config() != null) {
        all.put(file.config().collection(), file.config());
        fresh.put(file.config().collection(), file);
      }
    }
    for (EventConfig alerts : all.values()) {
      String of = alerts.source().alertsOf();
      ParsedFile own = fresh.get(alerts.collection());
      // Of two of which one stands already, the other is wrong.
      ParsedFile told = own != null || of == null ? own : fresh.get(of);
      String problem = of == null || told == null ? null : problem(alerts, of, all);
      if (problem != null && told != null) {
        String whose =
            own != null ? "" : "of %s, which gathers alerts of it: ".formatted(alerts.collection());
        told.problems().wrong(told.collectionLine(), KEY, whose + problem);
      }
    }
  }

  private static @Nullable String problem(
      EventConfig alerts, String of, Map<String, EventConfig> all) {
    EventConfig events = all.get(of);
    return events == null
        ? "expected the name of a collection with `anomalies`, found '%s'%s"
            .formatted(of, Suggestion.didYouMean(of, all.keySet()))
        : problem(alerts, events);
  }

  /// What keeps a collection from gathering the alerts of another; null where nothing does.
  private static @Nullable String problem(EventConfig alerts, EventConfig events) {
    if (events.lifetime().anomalies().isEmpty()) {
      return "%s has no `anomalies`".formatted(events.collection());
    }
    if (!alerts.lifetime().anomalies().isEmpty()) {
      return "it has `anomalies` of its own; alerts about alerts there are not";
    }
    if (alerts.eventId() != null) {
      return "it has an `eventId`; an alert is told by its event, leave it out";
    }
    Entity entity = alerts.entity();
    if (entity == null || !entity.equals(events.entity())) {
      return "its entity is not that of %s; write %s as there, since an alert lies where its event lies"
          .formatted(events.collection(), "`entity`");
    }
    Map<String, ColumnSpec> fields = new HashMap<>();
    events.columns().forEach(column -> fields.put(column.name(), column));
    for (ColumnSpec column : alerts.columns()) {
      String problem = problem(column, fields.get(column.name()), events.collection());
      if (problem != null) {
        return "fields.%s %s".formatted(column.name(), problem);
      }
    }
    return null;
  }

  private static @Nullable String problem(
      ColumnSpec column, @Nullable ColumnSpec field, String events) {
    if (column.isAppended()) {
      return null;
    }
    if (column.derive() != null) {
      return column.privacy() == null
          ? null
          : "is derived and private; what an alert copies is as it is stored, leave `privacy` out";
    }
    if (column.enriched() != null || column.discovery() != null) {
      return "is filled from elsewhere, which alerts do not pass through";
    }
    ColumnType own = Alert.typeOf(column.name());
    if (own != null) {
      if (!column.type().equals(own)) {
        return "is a %s; of an alert it is a %s".formatted(column.type(), own);
      }
      Privacy privacy = column.privacy();
      return privacy == null || privacy.policy() == Privacy.Policy.DROP
          ? null
          : "is the alert's own, which is stored as it is or, by the policy `drop`, not at all";
    }
    if (field == null) {
      return "is neither a field of %s nor one of %s"
          .formatted(events, String.join(", ", Alert.NAMES));
    }
    if (field.isLookup() || field.type().isList()) {
      return "cannot be copied from %s, where it is %s"
          .formatted(events, field.isLookup() ? "looked up when somebody asks" : "a list");
    }
    if (!field.type().equals(column.type())) {
      return "is a %s, and a %s in %s".formatted(column.type(), field.type(), events);
    }
    return Objects.equals(field.privacy(), column.privacy())
        ? null
        : "has another `privacy` than in %s; give both the same in one apply".formatted(events);
  }
}
