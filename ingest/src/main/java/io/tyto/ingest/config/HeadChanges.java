package io.tyto.ingest.config;

import static io.tyto.ingest.config.Comparison.shown;

import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.View;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;

/// Differences outside of `fields` and `source`.
final class HeadChanges {
  private static final String ANEW =
      "; describe a new collection with it and import the events into that";

  private HeadChanges() {}

  static void compare(
      EventConfig before, EventConfig after, StoredRows stored, List<ConfigChange> changes) {
    Comparison<EventConfig> heads = new Comparison<>("", before, after, changes);
    heads.compatible(
        "api",
        EventConfig::apiName,
        "callers lose the old names of the root field and of its types");
    heads.compatible("description", EventConfig::description, "shown by the API at once");
    heads.breaking(
        "time",
        EventConfig::time,
        "rows are stored in the order of their time and kept or deleted by it" + ANEW);
    heads.compatible(
        "timeBounds.past", config -> config.timeBounds().past(), Comparison.FROM_NOW_ON);
    heads.compatible(
        "timeBounds.future", config -> config.timeBounds().future(), Comparison.FROM_NOW_ON);
    heads.breaking(
        "entity.name",
        config -> config.entity() == null ? null : config.entity().name(),
        "the entity decided in which group and partition every row lies" + ANEW);
    heads.breaking(
        "entity.key",
        config -> config.entity() == null ? null : config.entity().key(),
        "the key decided in which partition every row lies" + ANEW);
    heads.breaking(
        "eventId",
        EventConfig::eventId,
        "which events repeat was decided by it, and the log must be read as it was the first time"
            + ANEW);
    compareRetention(before, after, stored, changes);
    compareLifetime(before, after, stored, changes);
    heads.compatible(
        "expose.aggregate",
        config -> config.expose().aggregate(),
        seen(after.expose().aggregate()));
    heads.compatible(
        "expose.table", config -> config.expose().table(), seen(after.expose().table()));
    heads.compatible(
        "expose.records", config -> config.expose().records(), seen(after.expose().records()));
    heads.compatible(
        "expose.cubes", config -> config.expose().cubes(), seen(after.expose().cubes()));
    heads.compatible(
        "expose.values", config -> config.expose().values(), seen(after.expose().values()));
    compareCubes(before, after, stored, changes);
    RuleChanges.compare(before, after, stored, changes);
    compareViews(before, after, stored, changes);
    heads.compatible("join", Join::withTables, Comparison.FROM_NOW_ON);
    heads.compatible(
        "join from",
        Join::withEvents,
        "for new events at once, and for older ones in the background; callers may meet null meanwhile");
    heads.compatible(
        "project", config -> config.policy().project(), "other callers see the collection at once");
    heads.compatible(
        "access.rows", config -> config.policy().rows(), "callers see other rows at once");
    heads.compatible(
        "access.minGroup",
        config -> config.policy().minGroup(),
        "callers who may not read rows are told of other groups at once");
    heads.compatible(
        "scope of fields", config -> config.policy().labels(), "callers see other fields at once");
    heads.compatible("annotations", EventConfig::annotations, "shown by the API at once");
  }

  private static void compareCubes(
      EventConfig before, EventConfig after, StoredRows stored, List<ConfigChange> changes) {
    if (before.cubes().equals(after.cubes())) {
      return;
    }
    boolean isMore = !before.cubes().containsAll(after.cubes());
    changes.add(
        new ConfigChange(
            Verdict.COMPATIBLE,
            "cubes: %s become %s".formatted(names(before), names(after)),
            isMore
                ? "cells are made of %,d stored segments in the background; until a segment has them, its rows are read"
                    .formatted(stored.segments().size())
                : "cells that nobody asks for any more leave with the next rewrite of their segment"));
    for (Cube cube : before.cubes()) {
      if (after.cubes().stream().noneMatch(is -> is.name().equals(cube.name()))) {
        changes.add(
            new ConfigChange(
                Verdict.COMPATIBLE,
                "cubes.%s goes".formatted(cube.name()),
                "callers lose it by its name; what it answered for others is read from rows"));
      }
    }
    for (Cube cube : after.cubes()) {
      StoredRows.Cells cells = before.cubes().contains(cube) ? null : stored.estimate().of(cube);
      if (cells != null && cells.areTooMany()) {
        changes.add(
            new ConfigChange(
                Verdict.COMPATIBLE,
                "cubes.%s has too many cells".formatted(cube.name()),
                "it has %,d for %,d rows of the largest segment, and pays below one for five: leave a dimension out, or take a coarser `finest`"
                    .formatted(cells.cells(), cells.rows())));
      }
    }
  }

  private static void compareViews(
      EventConfig before, EventConfig after, StoredRows stored, List<ConfigChange> changes) {
    for (View view : after.views()) {
      if (!before.views().contains(view)) {
        boolean isNew = before.views().stream().noneMatch(was -> was.name().equals(view.name()));
        changes.add(
            new ConfigChange(
                Verdict.COMPATIBLE,
                "views.%s %s".formatted(view.name(), isNew ? "is new" : "is another"),
                stored.rows() == 0
                    ? "has the first event on"
                    : "what of its definition is new is made of the %,d stored rows in the background"
                        .formatted(stored.rows())));
      }
    }
    for (View view : before.views()) {
      if (after.views().stream().noneMatch(is -> is.name().equals(view.name()))) {
        changes.add(
            new ConfigChange(
                Verdict.COMPATIBLE,
                "views.%s goes".formatted(view.name()),
                "callers lose it; its rows are deleted, and what it counted of events that retention took cannot come back"));
      }
    }
  }

  private static String names(EventConfig config) {
    List<String> names = config.cubes().stream().map(Cube::name).toList();
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  private static String seen(boolean isExposed) {
    return isExposed ? "callers see it at once" : "callers lose it at once";
  }

  private static void compareLifetime(
      EventConfig before, EventConfig after, StoredRows stored, List<ConfigChange> changes) {
    for (Lifetime.Measure measure : after.lifetime().measures()) {
      Lifetime.Measure was = before.lifetime().measure(measure.name());
      if (was == null || !was.text().equals(measure.text())) {
        String built =
            stored.rows() == 0
                ? "counts from the first event"
                : "is built within minutes from the %,d rows that are there; what retention took before is not in it"
                    .formatted(stored.rows());
        changes.add(
            new ConfigChange(
                Verdict.COMPATIBLE,
                "lifetime.%s: %s becomes %s"
                    .formatted(
                        measure.name(), shown(was == null ? null : was.text()), measure.text()),
                built));
      }
    }
    for (Lifetime.Measure measure : before.lifetime().measures()) {
      if (after.lifetime().measure(measure.name()) == null) {
        changes.add(
            new ConfigChange(
                Verdict.COMPATIBLE,
                "lifetime.%s: %s becomes nothing".formatted(measure.name(), measure.text()),
                "callers lose it; its values are deleted within minutes, and those of events that retention took cannot come back"));
      }
    }
  }

  private static void compareRetention(
      EventConfig before, EventConfig after, StoredRows stored, List<ConfigChange> changes) {
    Period was = before.retention().raw();
    Period is = after.retention().raw();
    if (!Objects.equals(was, is)) {
      changes.add(
          new ConfigChange(
              Verdict.COMPATIBLE,
              "retention.raw: %s becomes %s".formatted(shown(was), shown(is)),
              is == null ? "events stay for ever from now on" : deleted(is, stored)));
    }
    Period lettersWere = before.retention().letters();
    Period lettersAre = after.retention().letters();
    if (!Objects.equals(before.retention().dead(), after.retention().dead())) {
      changes.add(
          new ConfigChange(
              Verdict.COMPATIBLE,
              "retention.dead: %s becomes %s"
                  .formatted(shown(before.retention().dead()), shown(after.retention().dead())),
              lettersAre == null
                  ? "dead letters stay for ever from now on"
                  : Objects.equals(lettersWere, lettersAre)
                      ? "dead letters stay as long as before"
                      : "dead letters that came earlier than that are deleted for good within minutes, and cannot be replayed any more"));
    }
  }

  /// Told with figures, because it cannot be taken back.
  private static String deleted(Period keep, StoredRows stored) {
    Instant oldest = stored.asOf().atZone(ZoneOffset.UTC).minus(keep).toInstant();
    long limit = ChronoUnit.MICROS.between(Instant.EPOCH, oldest);
    List<StoredRows.Segment> expired =
        stored.segments().stream().filter(segment -> segment.maxTimeMicros() < limit).toList();
    long rows = expired.stream().mapToLong(StoredRows.Segment::rows).sum();
    return rows == 0
        ? "no stored row is older than that yet"
        : "%,d rows in %,d segments are older than that, and are deleted for good within minutes"
            .formatted(rows, expired.size());
  }
}
