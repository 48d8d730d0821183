package io.tyto.ingest.config;

import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.Cube.Function;
import io.tyto.model.schema.Cube.Level;
import io.tyto.model.schema.Cube.Measure;
import io.tyto.model.text.Suggestion;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Reads the section `cubes`.
final class CubeReader {
  private static final Pattern MEASURE = Pattern.compile("(\\w+)(?:\\(\\s*([^()]+?)\\s*\\))?");
  private static final Duration DEFAULT_FINEST = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  /// Cells of seconds are rows.
  private static final List<Granularity> GRANULARITIES =
      List.of(
          Granularity.MINUTE,
          Granularity.HOUR,
          Granularity.DAY,
          Granularity.WEEK,
          Granularity.MONTH,
          Granularity.QUARTER,
          Granularity.YEAR);

  private final Fields columns;
  private final @Nullable String time;
  private final @Nullable String entityKey;
  private final boolean isTimeOfDay;
  private final Problems problems;

  /// @param time the column of the event's time, or null: the time of arrival
  /// @param entityKey the column of the entity's key, if any
  CubeReader(Fields columns, @Nullable String time, @Nullable String entityKey, Problems problems) {
    this.columns = columns;
    this.time = time;
    this.entityKey = entityKey;
    this.problems = problems;
    ColumnSpec timeColumn = time == null ? null : columns.column(time);
    isTimeOfDay = timeColumn == null || !(timeColumn.type() instanceof ColumnType.DateType);
  }

  List<Cube> read(@Nullable Section section) {
    if (section == null) {
      return List.of();
    }
    List<Cube> cubes = new ArrayList<>();
    Map<String, String> apiNames = new HashMap<>();
    for (Located name : section.names()) {
      Section cube = section.section(name.value());
      if (cube != null && isNamed(name, apiNames)) {
        cubes.add(read(name.value(), cube));
      }
    }
    if (cubes.size() > Cube.MAX_CUBES) {
      problems.wrong(
          section.line(),
          "cubes",
          "are %d, expected at most %d".formatted(cubes.size(), Cube.MAX_CUBES));
    }
    return List.copyOf(cubes);
  }

  private boolean isNamed(Located name, Map<String, String> apiNames) {
    if (!name.value().matches("[a-z][a-z0-9_]{0,63}")) {
      problems.wrong(
          name, "expected a name of small letters, digits and '_' that begins with a letter");
      return false;
    }
    String other = apiNames.putIfAbsent(ApiNames.field(name.value()), name.value());
    if (other != null) {
      problems.wrong(name, "which the API calls as it does the cube '" + other + "'; rename one");
    }
    return true;
  }

  private Cube read(String name, Section cube) {
    cube.allowOnly(ConfigKeys.CUBE);
    List<Granularity> granularities = granularities(cube);
    List<ZoneId> zones = zones(cube);
    return new Cube(
        name,
        dimensions(cube),
        measures(cube),
        granularities,
        zones,
        levels(finest(cube, granularities), granularities, zones));
  }

  List<String> dimensions(Section cube) {
    Set<String> dimensions = new LinkedHashSet<>();
    for (Located dimension : cube.texts("dimensions")) {
      if (isDimension(dimension) && !dimensions.add(dimension.value())) {
        problems.wrong(dimension, "which stands twice; keep one");
      }
    }
    if (dimensions.size() > Cube.MAX_DIMENSIONS) {
      problems.wrong(
          cube.line("dimensions"),
          cube.pathOf("dimensions"),
          "are %d, expected at most %d".formatted(dimensions.size(), Cube.MAX_DIMENSIONS));
    }
    return List.copyOf(dimensions);
  }

  private boolean isDimension(Located name) {
    ColumnSpec column = columns.column(name.value());
    if (column == null) {
      return isBroken(name);
    }
    if (column.type().isList() || column.type() instanceof ColumnType.JsonType) {
      problems.wrong(
          name, "which is a " + column.type() + "; expected a column of single values, not json");
      return false;
    }
    if (column.apiName().equals("total")) {
      problems.wrong(
          name, "whose API name meets `total`; give the field another, such as api: totalValue");
      return false;
    }
    if (isLookup(name, column)) {
      return false;
    }
    if (name.value().equals(time)) {
      problems.wrong(name, "which is the collection's time, and part of every cube");
      return false;
    }
    if (name.value().equals(entityKey)) {
      problems.wrong(
          name,
          "which is the entity's key; a cube by entity has a cell for nearly every row. Use"
              + " distinct(%s) as a measure, or `lifetime`".formatted(entityKey));
      return false;
    }
    return true;
  }

  /// Cells would keep what a table said when they were made.
  private boolean isLookup(Located name, ColumnSpec column) {
    if (column.isLookup()) {
      problems.wrong(
          name,
          "which is looked up when somebody asks; expected a column that is stored, such as one of `join`");
    }
    return column.isLookup();
  }

  /// Whether the name is one of a column that has problems of its own.
  private boolean isBroken(Located name) {
    if (!columns.has(name.value())) {
      problems.wrong(name, "expected a column of `fields`" + columns.didYouMean(name.value()));
    }
    return false;
  }

  List<Measure> measures(Section cube) {
    Set<Measure> measures = new LinkedHashSet<>();
    measures.add(Measure.COUNT);
    for (Located text : cube.texts("measures")) {
      Measure measure = measure(text);
      if (measure != null) {
        measures.add(measure);
      }
    }
    if (measures.size() > Cube.MAX_MEASURES) {
      problems.wrong(
          cube.line("measures"),
          cube.pathOf("measures"),
          "are %d, expected at most %d".formatted(measures.size(), Cube.MAX_MEASURES));
    }
    return List.copyOf(measures);
  }

  private @Nullable Measure measure(Located text) {
    Matcher matcher = MEASURE.matcher(text.value().strip());
    List<String> known = Arrays.stream(Function.values()).map(Function::text).toList();
    if (!matcher.matches() || !known.contains(matcher.group(1))) {
      problems.wrong(
          text,
          "expected count, or one of %s of a column such as sum(amount)%s"
              .formatted(
                  String.join(", ", known),
                  matcher.matches() ? Suggestion.didYouMean(matcher.group(1), known) : ""));
      return null;
    }
    Function function = Function.values()[known.indexOf(matcher.group(1))];
    String name = matcher.group(2);
    if (name == null) {
      if (function != Function.COUNT) {
        problems.wrong(text, "expected a column, such as " + function.text() + "(amount)");
        return null;
      }
      return Measure.COUNT;
    }
    return of(new Located(name, text.line(), text.key()), function);
  }

  private @Nullable Measure of(Located name, Function function) {
    ColumnSpec column = columns.column(name.value());
    if (column == null) {
      isBroken(name);
      return null;
    }
    ColumnType type = column.type();
    if (type.isList() || type instanceof ColumnType.JsonType) {
      problems.wrong(name, "which is a " + type + "; a cube measures columns of single values");
      return null;
    }
    if (isLookup(name, column)) {
      return null;
    }
    boolean needsNumber =
        function == Function.SUM || function == Function.AVG || function == Function.QUANTILES;
    if (needsNumber && !isNumber(type)) {
      problems.wrong(name, "which is a " + type + "; " + function.text() + " needs a number");
      return null;
    }
    return new Measure(function, name.value());
  }

  private static boolean isNumber(ColumnType type) {
    return type instanceof ColumnType.IntType
        || type instanceof ColumnType.LongType
        || type instanceof ColumnType.DoubleType
        || type instanceof ColumnType.DecimalType;
  }

  private List<Granularity> granularities(Section cube) {
    Set<Granularity> granularities = new LinkedHashSet<>();
    for (Located text : cube.texts("granularities")) {
      Granularity granularity = granularity(text);
      if (granularity != null) {
        granularities.add(granularity);
      }
    }
    return List.copyOf(granularities);
  }

  /// Null, with a problem, where the text names none.
  @Nullable Granularity granularity(Located text) {
    List<String> known =
        GRANULARITIES.stream().map(each -> each.name().toLowerCase(Locale.ROOT)).toList();
    int found = known.indexOf(text.value());
    if (found < 0) {
      problems.wrong(
          text,
          "expected one of "
              + String.join(", ", known)
              + Suggestion.didYouMean(text.value(), known));
      return null;
    }
    if (!isTimeOfDay && isClock(GRANULARITIES.get(found))) {
      problems.wrong(text, "but the collection's time is a date; expected day or more");
      return null;
    }
    return GRANULARITIES.get(found);
  }

  private static boolean isClock(Granularity granularity) {
    return granularity.compareTo(Granularity.DAY) < 0;
  }

  private List<ZoneId> zones(Section cube) {
    Set<ZoneId> zones = new LinkedHashSet<>();
    for (Located text : cube.texts("zones")) {
      try {
        ZoneId zone = ZoneId.of(text.value());
        if (!isTimeOfDay) {
          problems.wrong(text, "but the collection's time is a date, which belongs to no zone");
        } else if (!zone.normalized().equals(ZoneOffset.UTC)) {
          zones.add(zone);
        }
      } catch (DateTimeException e) {
        problems.wrong(text, "expected a time zone such as Europe/Berlin");
      }
    }
    if (zones.size() > Cube.MAX_ZONES) {
      problems.wrong(
          cube.line("zones"),
          cube.pathOf("zones"),
          "are %d, expected at most %d".formatted(zones.size(), Cube.MAX_ZONES));
    }
    return List.copyOf(zones);
  }

  /// The grain from which every other is made.
  private Level finest(Section cube, List<Granularity> granularities) {
    Duration finest = granularities.contains(Granularity.MINUTE) ? Duration.ofMinutes(1) : null;
    Located text = cube.text("finest");
    if (text == null) {
      return !isTimeOfDay ? level(DAY) : level(finest == null ? DEFAULT_FINEST : finest);
    }
    try {
      Duration asked = Duration.parse(text.value());
      boolean isGrain =
          asked.compareTo(Duration.ofMinutes(1)) >= 0
              && asked.compareTo(DAY) <= 0
              && asked.toSeconds() % 60 == 0
              && (asked.equals(DAY) || 3_600 % asked.toSeconds() == 0);
      if (isGrain && (isTimeOfDay || asked.equals(DAY))) {
        boolean isFineEnough =
            granularities.stream()
                .filter(CubeReader::isClock)
                .allMatch(each -> asked.compareTo(lengthOf(each)) <= 0);
        if (isFineEnough) {
          return level(asked);
        }
        problems.wrong(text, "which is coarser than one of the granularities");
        return level(DEFAULT_FINEST);
      }
    } catch (DateTimeException e) {
      // Said below, together with durations that are no grain.
    }
    problems.wrong(
        text,
        isTimeOfDay
            ? "expected PT1H, P1D, or minutes that divide an hour such as PT15M"
            : "expected P1D: the collection's time is a date");
    return level(DEFAULT_FINEST);
  }

  private static Duration lengthOf(Granularity clock) {
    return clock == Granularity.MINUTE ? Duration.ofMinutes(1) : Duration.ofHours(1);
  }

  private static Level level(Duration grain) {
    if (grain.equals(DAY)) {
      return Level.utc(Granularity.DAY);
    }
    return grain.equals(DEFAULT_FINEST)
        ? Level.utc(Granularity.HOUR)
        : new Level(Granularity.MINUTE, (int) grain.toMinutes(), ZoneOffset.UTC);
  }

  private static List<Level> levels(
      Level finest, List<Granularity> granularities, List<ZoneId> zones) {
    Set<Level> levels = new LinkedHashSet<>();
    levels.add(finest);
    for (Granularity granularity : GRANULARITIES) {
      if (granularities.contains(granularity)) {
        levels.add(Level.utc(granularity));
        for (ZoneId zone : isClock(granularity) ? List.<ZoneId>of() : zones) {
          levels.add(new Level(granularity, 1, zone));
        }
      }
    }
    return levels.stream().collect(Collectors.toUnmodifiableList());
  }
}
