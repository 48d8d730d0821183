package io.tyto.ingest.config;

import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.AppendedColumns;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.View;
import io.tyto.model.schema.View.Strategy;
import io.tyto.model.text.Suggestion;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads the section `views`, and definitions that stand in no config.
final class ViewReader {
  private static final Duration LEAST_INTERVAL = Duration.ofSeconds(1);

  private final Fields columns;
  private final @Nullable String time;
  private final CubeReader cubes;
  private final Problems problems;

  /// @param time the column of the event's time, or null: the time of arrival
  /// @param entityKey the column of the entity's key, if any
  ViewReader(Fields columns, @Nullable String time, @Nullable String entityKey, Problems problems) {
    this.columns = columns;
    this.time = time;
    this.cubes = new CubeReader(columns, time, entityKey, problems);
    this.problems = problems;
  }

  List<View> read(@Nullable Section section) {
    if (section == null) {
      return List.of();
    }
    List<View> views = new ArrayList<>();
    Map<String, String> fields = new HashMap<>();
    for (Located name : section.names()) {
      Section view = section.section(name.value());
      if (view == null || !isNamed(name)) {
        continue;
      }
      String other = fields.putIfAbsent(ApiNames.field(name.value()), name.value());
      if (other != null) {
        problems.wrong(name, "which the API calls as it does the view '" + other + "'; rename one");
      } else {
        views.add(read(name.value(), view));
      }
    }
    if (views.size() > View.MAX_VIEWS) {
      problems.wrong(
          section.line(),
          "views",
          "are %d, expected at most %d".formatted(views.size(), View.MAX_VIEWS));
    }
    return List.copyOf(views);
  }

  boolean isNamed(Located name) {
    if (!name.value().matches("[a-z][a-z0-9_]{0,63}")) {
      problems.wrong(
          name, "expected a name of small letters, digits and '_' that begins with a letter");
      return false;
    }
    return true;
  }

  View read(String name, Section section) {
    section.allowOnly(ConfigKeys.VIEW);
    Granularity granularity = granularity(section);
    View view =
        new View(
            name,
            cubes.dimensions(section),
            cubes.measures(section),
            granularity,
            zone(section),
            strategy(section),
            refreshEvery(section),
            backfillFrom(section));
    requireDistinctColumns(view, section);
    requireFinal(view, section);
    return view;
  }

  private @Nullable Granularity granularity(Section section) {
    Located text = section.text("granularity");
    return text == null ? null : cubes.granularity(text);
  }

  private ZoneId zone(Section section) {
    Located text = section.text("zone");
    if (text == null) {
      return ZoneOffset.UTC;
    }
    try {
      ZoneId zone = ZoneId.of(text.value());
      if (zone.normalized().equals(ZoneOffset.UTC)) {
        return ZoneOffset.UTC;
      }
      ColumnSpec column = time == null ? null : columns.column(time);
      if (column != null && column.type() instanceof ColumnType.DateType) {
        problems.wrong(text, "but the collection's time is a date, which belongs to no zone");
      } else if (!section.has("granularity")) {
        problems.wrong(text, "but the view has no `granularity`, so nothing follows a calendar");
      }
      return zone;
    } catch (DateTimeException e) {
      problems.wrong(text, "expected a time zone such as Europe/Berlin");
      return ZoneOffset.UTC;
    }
  }

  private Strategy strategy(Section section) {
    Located text = section.text("strategy");
    if (text == null) {
      return Strategy.REALTIME;
    }
    List<String> known =
        Arrays.stream(Strategy.values()).map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
    int found = known.indexOf(text.value());
    if (found < 0) {
      problems.wrong(
          text,
          "expected one of "
              + String.join(", ", known)
              + Suggestion.didYouMean(text.value(), known));
      return Strategy.REALTIME;
    }
    return Strategy.values()[found];
  }

  private @Nullable Duration refreshEvery(Section section) {
    Located text = section.text("refreshEvery");
    if (text == null) {
      return null;
    }
    try {
      Duration every = Duration.parse(text.value());
      if (every.compareTo(LEAST_INTERVAL) >= 0) {
        return every;
      }
    } catch (DateTimeException e) {
      // Said below, together with durations that are too short.
    }
    problems.wrong(text, "expected an ISO-8601 duration of a second or more such as PT5M");
    return null;
  }

  private @Nullable Instant backfillFrom(Section section) {
    Located text = section.text("backfillFrom");
    if (text == null) {
      return null;
    }
    try {
      return Instant.parse(text.value());
    } catch (DateTimeException e) {
      problems.wrong(text, "expected a time such as 2026-01-01T00:00:00Z");
      return null;
    }
  }

  /// A view that follows its collection never looks at a row twice.
  private void requireFinal(View view, Section section) {
    Set<String> changing = AppendedColumns.changing(columns.columns());
    Set<String> used = new TreeSet<>(view.dimensions());
    for (Cube.Measure measure : view.measures()) {
      if (measure.column() != null) {
        used.add(measure.column());
      }
    }
    used.retainAll(changing);
    if (view.strategy() != Strategy.CACHE && !used.isEmpty()) {
      problems.wrong(
          section.line("strategy"),
          section.pathOf("strategy"),
          "follows new rows only, and joins with other collections may change %s in rows that are there; expected cache, or other columns"
              .formatted(String.join(", ", used)));
    }
  }

  /// A view shows its keys and measures side by side, as columns of one collection.
  private void requireDistinctColumns(View view, Section section) {
    Map<String, String> owners = new HashMap<>();
    if (view.granularity() != null && time != null) {
      claim(owners, time, "the time", section);
    }
    view.dimensions().forEach(name -> claim(owners, name, "the dimension " + name, section));
    for (Cube.Measure measure : view.measures()) {
      ColumnSpec column = measure.column() == null ? null : columns.column(measure.column());
      for (String name : View.columnsOf(measure, column == null ? "" : column.apiName())) {
        claimApi(owners, ApiNames.field(name), measure.toString(), section);
      }
    }
  }

  private void claim(Map<String, String> owners, String name, String what, Section section) {
    ColumnSpec column = columns.column(name);
    if (column != null) {
      claimApi(owners, column.apiName(), what, section);
    }
  }

  private void claimApi(Map<String, String> owners, String api, String what, Section section) {
    String other = owners.putIfAbsent(api, what);
    if (other != null) {
      problems.wrong(
          section.line("measures"),
          section.pathOf("measures"),
          "%s and %s would both be called %s in the API; give the field another name with `api`"
              .formatted(other, what, api));
    }
  }
}
