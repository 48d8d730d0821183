package io.tyto.graphqlschema.schema;

import static io.tyto.graphqlschema.schema.SdlWriter.argument;

import java.util.List;

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
        .open("input " + type + "Event @oneOf");
    members("Filter", "Events of ");
    sdl.close().describe("A column of one collection").open("input " + type + "Dimension @oneOf");
    members("Dimension", "A column of ");
    sdl.close();
    writeFunnel();
    writeRetention();
    writeSessions();
    writeCohort();
    sdl.describe("What each " + entity.name() + " did one after the other, across collections")
        .open("type " + type)
        .field(
            "How many went how far through the steps",
            "funnel",
            "EntityFunnel @cost(weight: \"10\") @listSize(slicingArguments: [\"limit\"],"
                + " sizedFields: [\"groups\"])",
            List.of(
                argument("What is asked", "input: " + type + "FunnelInput!"),
                argument("Groups of the breakdown", "limit: Int = 20")))
        .field(
            "How many came back how many periods after their first event",
            "retention",
            "EntityRetention @cost(weight: \"10\")",
            List.of(argument("What is asked", "input: " + type + "RetentionInput!")))
        .field(
            "Runs of events with no gap between them",
            "sessions",
            "EntitySessions @cost(weight: \"10\") @listSize(slicingArguments: [\"limit\"],"
                + " sizedFields: [\"groups\"])",
            List.of(
                argument("What is asked", "input: " + type + "SessionsInput!"),
                argument("Groups", "limit: Int = 1000")))
        .field(
            "How many are in a cohort",
            "cohort",
            "EntityCohortSize @cost(weight: \"10\")",
            List.of(argument("Who they are", "of: " + type + "Cohort!")))
        .member("Those that are kept by name", "cohorts: [EntitySavedCohort!]")
        .close();
    return sdl.toString();
  }

  private void members(String suffix, String words) {
    for (ApiCollection collection : entity.collections()) {
      sdl.member(
          words + collection.name(), collection.field() + ": " + collection.typeName() + suffix);
    }
  }

  private SdlWriter openInput(String suffix, String range) {
    return sdl.open("input " + type + suffix)
        .member(range, "range: TimeRange!")
        .member("Of presets, last, days and weeks", "timezone: TimeZone = \"UTC\"");
  }

  private void writeFunnel() {
    sdl.describe("Which steps, and how long they may take");
    openInput("FunnelInput", "Where attempts begin; later steps may follow up to window after it")
        .member("At most 16, in this order", "steps: [" + type + "Event!]!")
        .member("From the first step to the last, days of 24 hours", "window: Duration!")
        .member("No event of another step may come between two steps", "strict: Boolean = false")
        .member("Of the first step's collection", "breakdown: " + type + "Dimension")
        .member("How it is answered", "options: EntityOptions")
        .close();
  }

  private void writeCohort() {
    String name = entity.name();
    sdl.describe("A set of each " + name + " by what it did")
        .open("input " + type + "Cohort @oneOf")
        .member("Each with atLeast such events in the range", "did: " + type + "Did")
        .member("In all of them; a not beside others takes away", "and: [" + type + "Cohort!]")
        .member("In any of them", "or: [" + type + "Cohort!]")
        .member("Beside others in an and: not in it", "not: " + type + "Cohort")
        .member("One that is kept by name", "saved: ID")
        .close()
        .describe("Events that make one a member")
        .open("input " + type + "Did")
        .member("Which events", "event: " + type + "Event!")
        .member("When they were", "range: TimeRange!")
        .member("Of presets and last", "timezone: TimeZone = \"UTC\"")
        .member("How many there must be", "atLeast: Int! = 1")
        .close()
        .describe("A row without a " + name + " is neither in nor notIn")
        .open("input " + type + "Filter")
        .member("Those who are in the cohort", "in: " + type + "Cohort")
        .member("Those who are not in the cohort", "notIn: " + type + "Cohort")
        .close();
  }

  private void writeRetention() {
    sdl.describe("Which events begin, which bring back, and by which periods");
    openInput("RetentionInput", "Where first events lie")
        .member(
            "Its first such event in the range makes a "
                + entity.name()
                + " one of that period's cohort",
            "first: " + type + "Event!")
        .member(
            "A later one brings it back, also behind the range", "returning: " + type + "Event!")
        .member("DAY, WEEK or MONTH of the timezone's calendar", "granularity: Granularity! = DAY")
        .member("From 1, Monday, to 7", "weekStart: Int! = 1")
        .member("At most 366", "periods: Int! = 7")
        .member("How it is answered", "options: EntityOptions")
        .close();
  }

  private void writeSessions() {
    sdl.describe("Which events make sessions, and how they are grouped");
    openInput("SessionsInput", "Which time is asked about")
        .member("At most 16 kinds", "events: [" + type + "Event!]!")
        .member(
            "A session ends where the next event is later than that", "gap: Duration! = \"PT30M\"")
        .member("Groups by the period a session begins in", "granularity: Granularity")
        .member("From 1, Monday, to 7", "weekStart: Int! = 1")
        .member(
            "Of the event it begins with, null where that is another collection's",
            "breakdown: " + type + "Dimension")
        .member("How it is answered", "options: EntityOptions")
        .close();
  }
}
