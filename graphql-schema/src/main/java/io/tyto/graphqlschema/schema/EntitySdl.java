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
    writeRetention();
    writeSessions();
    writeCohort();
    sdl.open("type " + type)
        .member(
            "How many went how far through the steps. limit: groups of the breakdown",
            "funnel(input: %sFunnelInput!, limit: Int = 20): EntityFunnel".formatted(type))
        .member(
            "How many came back how many periods after their first event",
            "retention(input: %sRetentionInput!): EntityRetention".formatted(type))
        .member(
            "Runs of events with no gap between them. limit: groups",
            "sessions(input: %sSessionsInput!, limit: Int = 1000): EntitySessions".formatted(type))
        .member(
            "How many are in a cohort", "cohort(of: %sCohort!): EntityCohortSize".formatted(type))
        .member("Those that are kept by name", "cohorts: [EntitySavedCohort!]")
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

  private void writeCohort() {
    String name = entity.name();
    sdl.describe(
            "did: each "
                + name
                + " with atLeast such events in the range. and: in all of them; a not beside others"
                + " takes away. or: in any. saved: one that is kept by name")
        .line(
            "input %sCohort @oneOf { did: %sDid and: [%sCohort!] or: [%sCohort!] not: %sCohort saved: ID }"
                .formatted(type, type, type, type, type))
        .line(
            "input %sDid { event: %sEvent! range: TimeRange! timezone: TimeZone = \"UTC\" atLeast: Int! = 1 }"
                .formatted(type, type))
        .describe("A row without a " + name + " is neither in nor notIn")
        .line("input %sFilter { in: %sCohort notIn: %sCohort }".formatted(type, type, type));
  }

  private void writeRetention() {
    sdl.describe(
            "first: its first event in the range makes a "
                + entity.name()
                + " one of that period's cohort. returning: a later event brings it back, also"
                + " behind the range. granularity: DAY, WEEK or MONTH of the timezone's calendar."
                + " periods: at most 366")
        .open("input " + type + "RetentionInput")
        .member("range: TimeRange!")
        .member("timezone: TimeZone = \"UTC\"")
        .member("first: " + type + "Event!")
        .member("returning: " + type + "Event!")
        .member("granularity: Granularity! = DAY")
        .member("weekStart: Int! = 1")
        .member("periods: Int! = 7")
        .member("options: QueryOptions")
        .close();
  }

  private void writeSessions() {
    sdl.describe(
            "A session ends where the next event is more than gap later. granularity: groups by the"
                + " period a session begins in. breakdown: of the event it begins with, null where"
                + " that is another collection's")
        .open("input " + type + "SessionsInput")
        .member("range: TimeRange!")
        .member("timezone: TimeZone = \"UTC\"")
        .member("At most 16 kinds", "events: [" + type + "Event!]!")
        .member("gap: Duration! = \"PT30M\"")
        .member("granularity: Granularity")
        .member("weekStart: Int! = 1")
        .member("breakdown: " + type + "Dimension")
        .member("options: QueryOptions")
        .close();
  }
}
