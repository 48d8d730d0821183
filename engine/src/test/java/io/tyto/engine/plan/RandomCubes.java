package io.tyto.engine.plan;

import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.Cube.Function;
import io.tyto.model.schema.Cube.Level;
import io.tyto.model.schema.TableSchema;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Draws cubes over a {@link GameTable}: of many columns and measures, so that queries meet them.
final class RandomCubes {
  private static final List<String> DIMENSIONS =
      List.of("country", "server", "ok", "day", "device", "score", "host");
  private static final List<String> MEASURED =
      List.of(
          "country", "server", "amount", "wide", "score", "day", "ok", "seen", "device", "host");
  private static final List<ZoneId> ZONES =
      List.of(
          ZoneId.of("Europe/Berlin"),
          ZoneId.of("Asia/Kolkata"),
          ZoneId.of("Australia/Lord_Howe"),
          ZoneId.of("America/Sao_Paulo"));
  private static final List<Granularity> CALENDAR =
      List.of(Granularity.DAY, Granularity.WEEK, Granularity.MONTH);

  private RandomCubes() {}

  static List<Cube> draw(TableSchema schema, Random random) {
    boolean isDate = schema.timeColumn().type() instanceof ColumnType.DateType;
    List<Cube> cubes = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      List<String> dimensions = new ArrayList<>(DIMENSIONS);
      dimensions.remove(schema.timeColumn().name());
      Collections.shuffle(dimensions, random);
      cubes.add(
          new Cube(
              "cube_" + i,
              dimensions.subList(0, random.nextInt(dimensions.size() + 1)),
              measures(schema, random),
              CALENDAR,
              ZONES,
              levels(isDate, random)));
    }
    return cubes;
  }

  private static List<Cube.Measure> measures(TableSchema schema, Random random) {
    Set<Cube.Measure> measures = new LinkedHashSet<>();
    measures.add(Cube.Measure.COUNT);
    for (String name : MEASURED) {
      ColumnSpec column = schema.column(name);
      boolean isNumber = Set.of("server", "amount", "wide", "score").contains(name);
      for (Function function : Function.values()) {
        boolean isPossible =
            isNumber
                || function != Function.SUM
                    && function != Function.AVG
                    && function != Function.QUANTILES;
        if (column != null && isPossible && random.nextInt(8) > 0) {
          measures.add(new Cube.Measure(function, name));
        }
      }
    }
    return List.copyOf(measures);
  }

  private static List<Level> levels(boolean isDate, Random random) {
    Set<Level> levels = new LinkedHashSet<>();
    if (!isDate) {
      levels.add(
          switch (random.nextInt(3)) {
            case 0 -> new Level(Granularity.MINUTE, 15, ZoneOffset.UTC);
            case 1 -> new Level(Granularity.MINUTE, 30, ZoneOffset.UTC);
            default -> Level.utc(Granularity.HOUR);
          });
    }
    levels.add(Level.utc(Granularity.DAY));
    for (Granularity granularity : CALENDAR) {
      if (random.nextBoolean()) {
        levels.add(Level.utc(granularity));
      }
      if (!isDate && random.nextBoolean()) {
        levels.add(new Level(granularity, 1, ZONES.get(random.nextInt(ZONES.size()))));
      }
    }
    return List.copyOf(levels);
  }
}
