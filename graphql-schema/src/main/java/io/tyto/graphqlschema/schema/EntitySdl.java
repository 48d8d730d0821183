package io.tyto.graphqlschema.schema;

import java.util.function.Function;
import java.util.stream.Collectors;

/// Writes the types that one entity adds to the schema.
final class EntitySdl {
  private final ApiEntity entity;
  private final String type;
  private final SdlWriter sdl = new SdlWriter();

  private EntitySdl(ApiEntity entity) {
    this.entity = entity;
    this.type = entity.typeName();
  }

  static String write(ApiEntity entity) {
    return new EntitySdl(entity).write();
  }

  private String write() {
    sdl.comment("entity " + entity.name())
        .describe(
            "Events of one collection: {recharge: {country: {eq: \"DE\"}}}, or {recharge: {}} for"
                + " all. Events without a "
                + entity.name()
                + " never count")
        .line("input " + type + "Event @oneOf { " + members("Filter") + " }")
        .line("input " + type + "Dimension @oneOf { " + members("Dimension") + " }");
    writeFunnel();
    sdl.open("type " + type)
        .member(
            "How many went how far through the steps. limit: groups of the breakdown",
            "funnel(input: %sFunnelInput!, limit: Int = 20): EntityFunnel".formatted(type))
        .close();
    return sdl.toString();
  }

  private String members(String suffix) {
    Function<ApiCollection, String> member =
        collection -> collection.field() + ": " + collection.typeName() + suffix;
    return entity.collections().stream().map(member).collect(Collectors.joining(" "));
  }

  private void writeFunnel() {
    sdl.describe(
            "range: where attempts begin; later steps may follow up to window after it. window:"
                + " from the first step to the last, days of 24 hours. strict: no event of another"
                + " step may come between two steps. breakdown: of the first step's collection")
        .open("input " + type + "FunnelInput")
        .member("range: TimeRange!")
        .member("timezone: TimeZone = \"UTC\"")
        .member("At most 16, in this order", "steps: [" + type + "Event!]!")
        .member("window: Duration!")
        .member("strict: Boolean = false")
        .member("breakdown: " + type + "Dimension")
        .member("options: QueryOptions")
        .close();
  }
}
