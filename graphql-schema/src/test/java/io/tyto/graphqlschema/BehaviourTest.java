package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.ExecutionResult;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.RoleSchema;
import io.tyto.model.access.Scope;
import io.tyto.model.port.CohortService;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.Filter;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.TimeInterval;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
  private final KeptCohorts kept = new KeptCohorts();
  private final GraphQlApi api =
      GraphQlApi.build(
          List.of(Collections.recharge(), Collections.gameLogin()),
          GraphQlServices.of(queries).withCohorts(kept),
          Clock.fixed(FakeQueries.NOON, ZoneOffset.UTC),
          GraphQlOptions.DEFAULT);

  /// Keeps cohorts in memory; the n-th change is version n.
  private static final class KeptCohorts implements CohortService {
    private final Map<String, SavedCohort> byName = new TreeMap<>();
    private int changes;

    @Override
    public List<SavedCohort> cohorts() {
      return List.copyOf(byName.values());
    }

    @Override
    public SavedCohort saveCohort(
        String entity, String name, String definition, @Nullable Long expectedVersion) {
      SavedCohort saved = new SavedCohort(entity, name, definition, ++changes);
      byName.put(name, saved);
      return saved;
    }

    @Override
    public boolean dropCohort(String entity, String name) {
      return byName.remove(name) != null;
    }
  }

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

  private static final String BOUGHT =
      "{did: {event: {recharge: {amount: {gte: \"10\"}}} range: {last: \"P7D\"} atLeast: 2}}";
  private static final String LOGGED_IN =
      "{did: {event: {gameLogin: {}} range: {preset: ALL_TIME}}}";

  /// What {@link #BOUGHT} means at noon.
  private static Cohort bought() {
    return new Cohort.Did(
        new EventFilter(
            "recharge",
            new TimeInterval(FakeQueries.NOON.minus(Duration.ofDays(7)), FakeQueries.NOON),
            new Filter.Compare("amount", Filter.Op.GTE, new BigDecimal("10"), false)),
        2);
  }

  private static Cohort loggedIn() {
    return new Cohort.Did(
        new EventFilter("game_login", TimeInterval.ALL_TIME, new Filter.And(List.of())), 1);
  }

  @Test
  void cohortsAreSetsOfUsers() {
    assertEquals(
        "{cohort:{entities:12}}",
        byUser("cohort(of: {and: [" + BOUGHT + ", {not: " + LOGGED_IN + "}]}) { entities }"));
    assertEquals(new Cohort.All(List.of(bought()), List.of(loggedIn())), queries.cohorts.remove());
    byUser("cohort(of: {or: [" + BOUGHT + ", " + LOGGED_IN + "]}) { entities }");
    assertEquals(new Cohort.Any(List.of(bought(), loggedIn())), queries.cohorts.remove());
  }

  @Test
  void mistakesInACohortAreNamed() {
    assertEquals(
        "BAD_USER_INPUT ByUserCohort.not",
        refused("cohort(of: {not: " + BOUGHT + "}) { entities }"));
    assertEquals(
        "BAD_USER_INPUT ByUserCohort.and",
        refused("cohort(of: {and: [{not: " + BOUGHT + "}]}) { entities }"));
    assertEquals("BAD_USER_INPUT ByUser.cohort(of:)", refused("cohort(of: {or: []}) { entities }"));
    assertEquals(
        "BAD_USER_INPUT ByUserDid.atLeast",
        refused(
            "cohort(of: {did: {event: {recharge: {}} range: {last: \"P7D\"} atLeast: 0}})"
                + " { entities }"));
    assertEquals(
        "LIMIT_TOO_LARGE ByUser.cohort(of:)",
        refused("cohort(of: {or: [" + (BOUGHT + " ").repeat(17) + "]}) { entities }"));
    assertEquals(
        "NOT_FOUND ByUserCohort.saved", refused("cohort(of: {saved: \"whales\"}) { entities }"));
  }

  private ExecutionResult ask(String document) {
    return api.execute(GraphQlRequest.of(document), Client.context());
  }

  @Test
  void aCohortFiltersItsCollections() {
    String where = "where: {country: {eq: \"DE\"} _user: {in: " + BOUGHT + "}}";
    ExecutionResult result =
        ask("{recharge{records(range: {last: \"P1D\"}, " + where + ") { totalCount }}}");
    assertEquals(List.of(), result.getErrors());
    Filter expected =
        new Filter.And(
            List.of(
                new Filter.Compare("country", Filter.Op.EQ, "DE", false),
                new Filter.InCohort(bought(), null)));
    assertEquals(expected, queries.records.remove().where());
    ask(
        "{gameLogin{aggregate(input: {range: {preset: ALL_TIME}, where: {_user: {notIn: "
            + BOUGHT
            + "}}}) { rows { measures { count } } }}}");
    assertEquals(
        new Filter.Not(new Filter.InCohort(bought(), null)), queries.aggregates.remove().where());
  }

  @Test
  void measuresHaveNoCohorts() {
    ExecutionResult result =
        ask(
            "{recharge{aggregate(input: {range: {preset: ALL_TIME}}) { rows { measures { _only("
                + "where: {_user: {in: "
                + BOUGHT
                + "}}) { count } } } }}}");
    assertFalse(result.isDataPresent());
    assertEquals(
        "RechargeFilter._user",
        Objects.requireNonNull(result.getErrors().getFirst().getExtensions()).get("coordinate"));
  }

  @Test
  void aSavedCohortMeansWhatItMeansWhenItIsUsed() {
    String cohort = "{and: [" + BOUGHT + ", {not: " + LOGGED_IN + "}]}";
    ExecutionResult saved =
        ask(
            "mutation {saveCohort(name: \"whales\", of: {user: "
                + cohort
                + "}) { name version definition }}");
    assertEquals(List.of(), saved.getErrors());
    assertTrue(Json.of(saved.getData()).startsWith("{saveCohort:{name:\"whales\",version:1,"));
    assertEquals("{cohorts:[{name:\"whales\",version:1}]}", byUser("cohorts { name version }"));
    byUser("cohort(of: {saved: \"whales\"}) { entities }");
    assertEquals(new Cohort.All(List.of(bought()), List.of(loggedIn())), queries.cohorts.remove());
    ExecutionResult nested =
        ask("mutation {saveCohort(name: \"b\", of: {user: {saved: \"whales\"}}) { version }}");
    assertEquals(1, nested.getErrors().size());
    kept.saveCohort(
        "user",
        "stale",
        "{did: {event: {recharge: {gone: {eq: \"x\"}}}, range: {preset: \"ALL_TIME\"}, atLeast: 1}}",
        null);
    assertEquals(
        "NOT_FOUND ByUserCohort.saved", refused("cohort(of: {saved: \"stale\"}) { entities }"));
    ExecutionResult dropped = ask("mutation {dropCohort(entity: \"user\", name: \"whales\")}");
    assertEquals("{dropCohort:true}", Json.of(dropped.getData()));
    assertEquals(
        "NOT_FOUND ByUserCohort.saved", refused("cohort(of: {saved: \"whales\"}) { entities }"));
  }

  /// A caller who may ask one of the two collections, and define cohorts.
  private final class Lesser {
    private final Caller caller =
        new Caller(
            "lesser",
            Caller.Kind.KEY,
            "lesser",
            Caller.DEFAULT_PROJECT,
            Access.of(
                List.of(Scope.parse("query:recharge"), Scope.parse("define:recharge")), Map.of()),
            Caller.DEFAULT_LIMITS);
    private final GraphQlApi api =
        GraphQlApi.build(
            List.of(Objects.requireNonNull(RoleSchema.of(Collections.recharge(), caller))),
            GraphQlServices.of(queries).withCohorts(kept),
            Clock.fixed(FakeQueries.NOON, ZoneOffset.UTC),
            GraphQlOptions.DEFAULT);

    ExecutionResult ask(String document) {
      QueryContext context =
          new QueryContext("q-2", Duration.ofSeconds(30), 1 << 20, caller, QueryGate.OPEN);
      return api.execute(GraphQlRequest.of(document), context);
    }

    String data(String document) {
      ExecutionResult result = ask(document);
      assertEquals(List.of(), result.getErrors());
      return Json.of(result.getData());
    }

    String code(String document) {
      return String.valueOf(
          Objects.requireNonNull(ask(document).getErrors().getFirst().getExtensions()).get("code"));
    }
  }

  @Test
  void whatACohortNamesIsForThoseWhoMaySeeIt() {
    ask("mutation {saveCohort(name: \"buyers\", of: {user: " + BOUGHT + "}) { version }}");
    ask("mutation {saveCohort(name: \"gamers\", of: {user: " + LOGGED_IN + "}) { version }}");
    assertEquals("{cohorts:[{name:\"buyers\"},{name:\"gamers\"}]}", byUser("cohorts { name }"));
    Lesser lesser = new Lesser();
    assertEquals(
        "{byUser:{cohorts:[{name:\"buyers\"}]}}", lesser.data(document("cohorts { name }")));
    String hidden = "cohort(of: {saved: \"%s\"}) { entities }";
    String refused = lesser.ask(document(hidden.formatted("gamers"))).getErrors().toString();
    assertTrue(refused.contains("NOT_FOUND"), refused);
    String none = lesser.ask(document(hidden.formatted("nobody"))).getErrors().toString();
    assertEquals(none.replace("nobody", "gamers"), refused, "in the same words");
    lesser.data(document(hidden.formatted("buyers")));
    assertEquals(
        "FORBIDDEN",
        lesser.code(
            "mutation {saveCohort(name: \"gamers\", of: {user: " + BOUGHT + "}) { version }}"));
    assertEquals(
        "{dropCohort:false}",
        lesser.data("mutation {dropCohort(entity: \"user\", name: \"gamers\")}"));
    assertEquals(
        "{dropCohort:true}",
        lesser.data("mutation {dropCohort(entity: \"user\", name: \"buyers\")}"));
    assertEquals("{cohorts:[{name:\"gamers\"}]}", byUser("cohorts { name }"));
  }

  @Test
  void anEntityHasNoFieldWithoutItsCollections() {
    assertEquals(
        "ByUser ByUserCohort ByUserDid ByUserDimension ByUserEvent ByUserFilter ByUserFunnelInput"
            + " ByUserRetentionInput ByUserSessionsInput",
        api.sdl()
            .lines()
            .filter(line -> line.matches("(type|input) ByUser.*"))
            .map(line -> line.split(" ")[1])
            .sorted()
            .collect(Collectors.joining(" ")));
  }
}
