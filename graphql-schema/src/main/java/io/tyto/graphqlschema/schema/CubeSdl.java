package io.tyto.graphqlschema.schema;

import static io.tyto.graphqlschema.schema.SdlWriter.argument;

import io.tyto.graphqlschema.schema.ApiCube.ApiMeasure;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.Cube.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
      field(cube);
    }
    sdl.close();
  }

  private void field(ApiCube cube) {
    List<String> arguments = new ArrayList<>();
    arguments.add(argument("Which time is asked about", "range: TimeRange!"));
    arguments.add(argument("Size of the buckets", "granularity: Granularity! = DAY"));
    arguments.add(argument("Whose days the buckets are", "timezone: TimeZone = \"UTC\""));
    for (ApiColumn column : cube.dimensions()) {
      arguments.add(argument("Cells that count", column.field() + ": " + column.filterType()));
    }
    sdl.field(
        cube.cube().levels().stream().map(Level::toString).collect(Collectors.joining(", ")),
        cube.field(),
        cube.typeName() + " @cost(weight: \"0.1\")",
        arguments);
  }

  private void write(ApiCube cube) {
    String type = cube.typeName();
    String measures = type + "Measures";
    sdl.describe("Measures of cells of " + cube.cube().name()).open("type " + measures);
    for (ApiMeasure measure : cube.measures().values()) {
      String scalar = measure.type().scalar() + (measure.isCount() ? "!" : "");
      if (measure.measure() == null) {
        List<String> arguments = List.of(argument("From 0 to 1", "q: Float!"));
        sdl.field(words(measure), measure.field(), scalar, arguments);
      } else {
        sdl.member(words(measure), measure.field() + ": " + scalar);
      }
    }
    sdl.close().describe("Measures by which lists can be ordered").open("enum " + type + "Measure");
    cube.orders().forEach(order -> sdl.member(words(order), order.constant()));
    sdl.close()
        .describe("The cube " + cube.cube().name() + ", from buckets of time down")
        .open("type " + type)
        .member("Of the whole range", "total: " + measures + "!")
        .member("In ascending order", "buckets: [" + cube.typeAt(0) + "!]!")
        .member("How the answer came about", "meta: QueryMeta!")
        .close();
    for (int level = 0; level <= cube.dimensions().size(); level++) {
      writeLevel(cube, level);
    }
  }

  private static String words(ApiMeasure measure) {
    ApiColumn column = measure.column();
    if (column == null) {
      return "Events";
    }
    return (measure.measure() instanceof Measure.Column of
            ? of.function().name().toLowerCase(Locale.ROOT).replace('_', ' ')
            : "quantile")
        + " of "
        + column.name();
  }

  private void writeLevel(ApiCube cube, int level) {
    if (level == 0) {
      ApiColumn time = collection.time();
      sdl.describe("A bucket of time")
          .open("type " + cube.typeAt(level))
          .member("Its start", time.field() + ": " + time.type().scalar())
          .member("Its end, exclusive", time.endField() + ": " + time.type().scalar());
    } else {
      ApiColumn dimension = cube.dimensions().get(level - 1);
      sdl.describe("A value of " + dimension.name() + ", within what it is below")
          .open("type " + cube.typeAt(level))
          .members(
              List.of(dimension),
              column -> SdlWriter.words(column, "The value"),
              column -> column.field() + ": " + column.type().scalar());
    }
    sdl.member("Of all that is below", "total: " + cube.typeName() + "Measures!");
    if (level < cube.dimensions().size()) {
      sdl.field(
          "The first `top` of them by a measure, or all in ascending order",
          ApiCube.plural(cube.dimensions().get(level)),
          "[%s!]! @listSize(slicingArguments: [\"top\"], requireOneSlicingArgument: false)"
              .formatted(cube.typeAt(level + 1)),
          List.of(
              argument("Absent: all", "top: Int"),
              argument(
                  "The greatest of it come first", "by: " + cube.typeName() + "Measure = COUNT")));
    }
    sdl.close();
  }
}
