package io.tyto.graphqlschema.schema;

import io.tyto.graphqlschema.schema.ApiCube.ApiMeasure;
import io.tyto.model.schema.Cube.Level;
import java.util.stream.Collectors;

/// Writes the types of a collection's cubes: a known path from buckets of time down through the
/// dimensions.
final class CubeSdl {
  private final ApiCollection collection;
  private final SdlWriter sdl;

  CubeSdl(ApiCollection collection, SdlWriter sdl) {
    this.collection = collection;
    this.sdl = sdl;
  }

  void write() {
    collection.cubes().forEach(this::write);
    sdl.describe("What is rolled up as events come, as a path that is known beforehand")
        .open("type " + collection.typeName() + "Cubes");
    for (ApiCube cube : collection.cubes()) {
      sdl.member(
          cube.cube().levels().stream().map(Level::toString).collect(Collectors.joining(", ")),
          field(cube));
    }
    sdl.close();
  }

  private static String field(ApiCube cube) {
    String filters =
        cube.dimensions().stream()
            .map(column -> ", " + column.field() + ": " + column.filterType())
            .collect(Collectors.joining());
    return "%s(range: TimeRange!, granularity: Granularity! = DAY, timezone: TimeZone = \"UTC\"%s): %s"
        .formatted(cube.field(), filters, cube.typeName());
  }

  private void write(ApiCube cube) {
    String type = cube.typeName();
    String measures = type + "Measures";
    sdl.open("type " + measures);
    for (ApiMeasure measure : cube.measures().values()) {
      String argument = measure.measure() == null ? "(q: Float!)" : "";
      sdl.member(
          measure.field()
              + argument
              + ": "
              + measure.type().scalar()
              + (measure.isCount() ? "!" : ""));
    }
    String constants =
        cube.orders().stream().map(ApiMeasure::constant).collect(Collectors.joining(" "));
    sdl.close().line("enum " + type + "Measure { " + constants + " }");
    sdl.line(
        "type %s { total: %s! buckets: [%s!]! meta: QueryMeta! }"
            .formatted(type, measures, cube.typeAt(0)));
    for (int level = 0; level <= cube.dimensions().size(); level++) {
      writeLevel(cube, level);
    }
  }

  private void writeLevel(ApiCube cube, int level) {
    sdl.open("type " + cube.typeAt(level));
    if (level == 0) {
      ApiColumn time = collection.time();
      sdl.member(time.field() + ": " + time.type().scalar());
      sdl.member(time.endField() + ": " + time.type().scalar());
    } else {
      ApiColumn dimension = cube.dimensions().get(level - 1);
      sdl.member(dimension.field() + ": " + dimension.type().scalar());
    }
    sdl.member("total: " + cube.typeName() + "Measures!");
    if (level < cube.dimensions().size()) {
      sdl.member(
          "The first `top` of them by a measure, or all in ascending order",
          "%s(top: Int, by: %sMeasure = COUNT): [%s!]!"
              .formatted(
                  ApiCube.plural(cube.dimensions().get(level)),
                  cube.typeName(),
                  cube.typeAt(level + 1)));
    }
    sdl.close();
  }
}
