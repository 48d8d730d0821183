package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import graphql.ExecutionResult;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.TimeInterval;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Questions about what users did, over the two collections that have their events.
class BehaviourTest {
  private static final String DAY =
      "range: {between: {from: \"2026-11-01T00:00:00Z\", to: \"2026-11-02T00:00:00Z\"}}";
  private static final TimeInterval THE_DAY =
      new TimeInterval(
          Instant.parse("2026-11-01T00:00:00Z"), Instant.parse("2026-11-02T00:00:00Z"));

  private final FakeQueries queries =
      new FakeQueries(Collections.recharge(), Collections.gameLogin());
  private final GraphQlApi api =
      GraphQlApi.build(
          List.of(Collections.recharge(), Collections.gameLogin()),
          queries,
          Clock.fixed(FakeQueries.NOON, ZoneOffset.UTC),
          GraphQlOptions.DEFAULT);

  private String byUser(String field) {
    ExecutionResult result = api.execute(GraphQlRequest.of(document(field)), Client.context());
    assertEquals(List.of(), result.getErrors());
    String data = Json.of(result.getData());
    return data.substring("{byUser:".length(), data.length() - 1);
  }

  private String refused(String field) {
    ExecutionResult result = api.execute(GraphQlRequest.of(document(field)), Client.context());
    assertFalse(result.isDataPresent(), "data: " + result);
    Map<String, Object> extensions =
        Objects.requireNonNull(result.getErrors().getFirst().getExtensions());
    Object coordinate = extensions.get("coordinate");
    return extensions.get("code") + (coordinate == null ? "" : " " + coordinate);
  }

  private static String document(String field) {
    return "{byUser{" + field + "}}";
  }

  @Test
  void funnelGoesAcrossCollections() {
    assertEquals(
        "{funnel:{steps:[{step:1,collection:\"gameLogin\",entities:8,conversion:1.0,fromPrevious:null},"
            + "{step:2,collection:\"recharge\",entities:4,conversion:0.5,fromPrevious:0.5}],"
            + "groups:[{value:\"DE\",steps:[{entities:8},{entities:4}]},"
            + "{value:null,steps:[{entities:8},{entities:4}]}],groupCount:3}}",
        byUser(
            "funnel(input: {"
                + DAY
                + " steps: [{gameLogin: {}}, {recharge: {country: {eq: \"DE\"}}}]"
                + " window: \"P1DT1H\" strict: true breakdown: {gameLogin: COUNTRY}}, limit: 2)"
                + " { steps { step collection entities conversion fromPrevious }"
                + " groups { value steps { entities } } groupCount }"));
    assertEquals(
        new FunnelQuery(
            List.of(
                new EventFilter("game_login", THE_DAY, new Filter.And(List.of())),
                new EventFilter(
                    "recharge", THE_DAY, new Filter.Compare("country", Filter.Op.EQ, "DE", false))),
            Duration.ofHours(25),
            true,
            "country",
            2,
            false),
        queries.funnels.remove());
  }

  @Test
  void mediansAreAskedForWhereTheyAreSelected() {
    assertEquals(
        "{funnel:{steps:[{medianSeconds:null},{medianSeconds:90.0}],meta:{queryId:\"q-1\"}}}",
        byUser(
            "funnel(input: {"
                + DAY
                + " steps: [{recharge: {}}, {recharge: {}}] window: \"PT1H\"})"
                + " { steps { medianSeconds } meta { queryId } }"));
    FunnelQuery query = queries.funnels.remove();
    assertEquals(true, query.wantsTimes());
    assertEquals(false, query.isStrict());
    assertEquals(20, query.limit());
  }

  @Test
  void aDayOfADateColumnIsThatOfTheZone() {
    byUser(
        "funnel(input: {range: {preset: TODAY} timezone: \"Pacific/Kiritimati\""
            + " steps: [{gameLogin: {}}, {recharge: {}}] window: \"P7D\"}) { groupCount }");
    FunnelQuery query = queries.funnels.remove();
    assertEquals(Instant.parse("2026-11-22T00:00:00Z"), query.steps().getFirst().range().from());
    assertEquals(Instant.parse("2026-11-21T10:00:00Z"), query.steps().getLast().range().from());
  }

  private static String funnel(String rest) {
    return "funnel(input: {" + DAY + " " + rest + "}) { groupCount }";
  }

  @Test
  void mistakesInAFunnelAreNamed() {
    assertEquals(
        "BAD_USER_INPUT ByUserFunnelInput.steps", refused(funnel("steps: [] window: \"PT1H\"")));
    String many = "{recharge: {}}, ".repeat(EventFilter.MAX_KINDS + 1);
    assertEquals(
        "LIMIT_TOO_LARGE ByUserFunnelInput.steps",
        refused(funnel("steps: [" + many + "] window: \"PT1H\"")));
    assertEquals(
        "BAD_USER_INPUT ByUserFunnelInput.window",
        refused(funnel("steps: [{recharge: {}}] window: \"PT0S\"")));
    assertEquals(
        "BAD_USER_INPUT ByUserFunnelInput.window",
        refused(funnel("steps: [{recharge: {}}] window: \"P1M\"")));
    assertEquals(
        "BAD_USER_INPUT ByUserFunnelInput.breakdown",
        refused(
            funnel("steps: [{recharge: {}}] window: \"PT1H\" breakdown: {gameLogin: COUNTRY}")));
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED", refused(funnel("steps: [{purchase: {}}] window: \"PT1H\"")));
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED",
        refused(funnel("steps: [{recharge: {}, gameLogin: {}}] window: \"PT1H\"")));
    assertEquals(
        "BAD_USER_INPUT RechargeFilter.country",
        refused(funnel("steps: [{recharge: {country: null}}] window: \"PT1H\"")));
    assertEquals(
        "LIMIT_TOO_LARGE ByUser.funnel(limit:)",
        refused(
            "funnel(input: {"
                + DAY
                + " steps: [{recharge: {}}] window: \"PT1H\"}, limit: 1000000) { groupCount }"));
  }

  @Test
  void retentionIsAGrid() {
    assertEquals(
        "{retention:{cohorts:[{start:\"2026-11-01T00:00:00+01:00\",entities:8,"
            + "returned:[{period:0,entities:4,share:0.5},{period:1,entities:2,share:0.25}]},"
            + "{start:\"2026-11-01T00:00:00+01:00\",entities:0,"
            + "returned:[{period:0,entities:0,share:null}]}]}}",
        byUser(
            "retention(input: {"
                + DAY
                + " timezone: \"Europe/Berlin\" first: {gameLogin: {}} returning: {recharge: {}}"
                + " periods: 1}) { cohorts { start entities returned { period entities share } } }"));
    RetentionQuery query = queries.retentions.remove();
    assertEquals(GroupKey.Granularity.DAY, query.granularity());
    assertEquals(DayOfWeek.MONDAY, query.weekStart());
    assertEquals("recharge", query.returning().collection());
  }

  private static String retention(String rest) {
    return "retention(input: {"
        + DAY
        + " first: {recharge: {}} returning: {recharge: {}} "
        + rest
        + "}) { cohorts { end } }";
  }

  @Test
  void mistakesInARetentionAreNamed() {
    assertEquals(
        "BAD_USER_INPUT ByUserRetentionInput.granularity", refused(retention("granularity: HOUR")));
    assertEquals("BAD_USER_INPUT ByUserRetentionInput.periods", refused(retention("periods: 367")));
    assertEquals("BAD_USER_INPUT ByUserRetentionInput.periods", refused(retention("periods: -1")));
    assertEquals(
        "BAD_USER_INPUT ByUserRetentionInput.weekStart", refused(retention("weekStart: 8")));
  }

  @Test
  void sessionsHaveStats() {
    assertEquals(
        "{sessions:{total:{entities:2,sessions:4,events:10,eventsPerSession:2.5,avgSeconds:60.5,"
            + "p9:0.9,half:0.5,again:0.9},groups:[{start:\"2026-11-01T00:00:00Z\",value:\"DE\","
            + "stats:{sessions:4}},{start:\"2026-11-01T00:00:00Z\",value:null,"
            + "stats:{sessions:0}}],groupCount:2}}",
        byUser(
            "sessions(input: {"
                + DAY
                + " events: [{gameLogin: {}}, {recharge: {}}] gap: \"PT10M\" granularity: DAY"
                + " breakdown: {recharge: COUNTRY}}, limit: 5)"
                + " { total { entities sessions events eventsPerSession avgSeconds"
                + " p9: quantileSeconds(q: 0.9) half: quantileSeconds(q: 0.5)"
                + " again: quantileSeconds(q: 0.9) }"
                + " groups { start value stats { sessions } } groupCount }"));
    SessionsQuery query = queries.sessions.remove();
    assertEquals(List.of(0.9, 0.5), query.quantiles());
    assertEquals(new SessionsQuery.Breakdown("recharge", "country"), query.breakdown());
    assertEquals(Duration.ofMinutes(10), query.gap());
    assertEquals(5, query.limit());
  }

  private static String sessions(String rest) {
    return "sessions(input: {" + DAY + " " + rest + "}) { total { sessions } }";
  }

  @Test
  void mistakesInSessionsAreNamed() {
    assertEquals("BAD_USER_INPUT ByUserSessionsInput.events", refused(sessions("events: []")));
    assertEquals(
        "BAD_USER_INPUT ByUserSessionsInput.gap",
        refused(sessions("events: [{recharge: {}}] gap: \"PT0S\"")));
    assertEquals(
        "BAD_USER_INPUT ByUserSessionsInput.breakdown",
        refused(sessions("events: [{recharge: {}}] breakdown: {gameLogin: COUNTRY}")));
    assertEquals(
        "BAD_USER_INPUT EntitySessionStats.quantileSeconds(q:)",
        refused(
            "sessions(input: {"
                + DAY
                + " events: [{recharge: {}}]}) { total { quantileSeconds(q: 1.5) } }"));
  }

  @Test
  void anEntityHasNoFieldWithoutItsCollections() {
    assertEquals(
        "ByUser ByUserDimension ByUserEvent ByUserFunnelInput ByUserRetentionInput"
            + " ByUserSessionsInput",
        api.sdl()
            .lines()
            .filter(line -> line.matches("(type|input) ByUser.*"))
            .map(line -> line.split(" ")[1])
            .sorted()
            .collect(Collectors.joining(" ")));
  }
}
