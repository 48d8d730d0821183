package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.ExecutionResult;
import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.graphqlschema.value.JsonSink;
import io.tyto.graphqlschema.value.StreamedValue;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.query.QueryContext;
import io.tyto.store.Disk;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `options` over rows that a node has taken in, in tails and segments.
final class QueryOptionsTest {
  private static final int USERS = 400;
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-01T12:00:00Z"), ZoneOffset.UTC);
  private static final String CONFIG =
      """
      collection: %s
      time: ts
      entity: { name: user, key: user_id }
      fields:
        ts: { type: timestamp }
        user_id: { type: string }
        country: { type: string }
      cubes:
        by_country: { dimensions: [country], measures: [count], granularities: [day] }
      """;

  @TempDir Path folder;
  private LocalNode node;
  private LocalQueryService queries;
  private GraphQlApi api;

  @BeforeEach
  void open() {
    node = LocalNode.open(folder, IngestOptions.DEFAULT, Disk.SYSTEM, CLOCK);
    queries = new LocalQueryService(node, EngineOptions.defaults().withWorkers(2).withClock(CLOCK));
    node.applyConfigs(
        List.of(
            new ConfigFile("visit.yaml", CONFIG.formatted("visit")),
            new ConfigFile("purchase.yaml", CONFIG.formatted("purchase"))));
    send("visit", 0, 5 * USERS);
    send("purchase", 0, 2 * USERS);
    node.flush();
    send("visit", 5 * USERS, 6 * USERS);
    api = GraphQlApi.build(node.collections(), queries, CLOCK, GraphQlOptions.DEFAULT);
  }

  @AfterEach
  void close() {
    queries.close();
    node.close();
  }

  private void send(String collection, int from, int to) {
    StringBuilder body = new StringBuilder();
    for (int i = from; i < to; i++) {
      body.append(
          """
          {"ts":"%s","user_id":"u%d","country":"%s"}
          """
              .formatted(
                  Instant.parse("2026-03-01T00:00:00Z").plusSeconds(i),
                  i % USERS,
                  List.of("DE", "FR").get(i % 2)));
    }
    byte[] events = body.toString().getBytes(StandardCharsets.UTF_8);
    node.ingest(collection, events, Caller.SYSTEM).join();
  }

  private ExecutionResult ask(String question) {
    return api.execute(
        GraphQlRequest.of("{" + question + "}"),
        new QueryContext("q", Duration.ofSeconds(30), 256 << 20));
  }

  private Map<?, ?> answer(String collection, String field, String question) {
    ExecutionResult result = ask(collection + "{" + field + question + "}");
    assertEquals(List.of(), result.getErrors());
    Map<?, ?> data = Objects.requireNonNull(result.getData());
    return (Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) data.get(collection)).get(field));
  }

  private String refused(String question) {
    ExecutionResult result = ask(question);
    assertEquals(1, result.getErrors().size(), result.toString());
    return String.valueOf(
        Objects.requireNonNull(result.getErrors().getFirst().getExtensions()).get("code"));
  }

  /// Events by user, of a sample.
  private Map<?, ?> byUser(String collection, double rate) {
    return answer(
        collection,
        "aggregate",
        ("(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: USER_ID}], options: {sampleRate:"
                + " %s}}, limit: 1000)"
                + "{rows{key{userId} measures{count}} totals{count userId{countDistinct}} meta{sampleRate servedBy}}")
            .formatted(rate));
  }

  private static List<?> users(Map<?, ?> answer) {
    return ((List<?>) answer.get("rows"))
        .stream().map(row -> ((Map<?, ?>) ((Map<?, ?>) row).get("key")).get("userId")).toList();
  }

  @Test
  void aSampleHasAllRowsOfItsUsersAndTheSameUsersEverywhere() {
    Map<?, ?> visits = byUser("visit", 0.25);
    List<?> users = users(visits);
    assertTrue(users.size() > USERS / 8 && users.size() < USERS / 2, users.size() + " users");
    for (Object row : (List<?>) visits.get("rows")) {
      assertEquals(Map.of("count", 6L), ((Map<?, ?>) row).get("measures"), row.toString());
    }
    assertEquals(
        Map.of("count", 6L * users.size(), "userId", Map.of("countDistinct", (long) users.size())),
        visits.get("totals"));
    assertEquals(users, users(byUser("purchase", 0.25)));
    node.flush();
    assertEquals(users, users(byUser("visit", 0.25)));
    assertTrue(users(byUser("visit", 0.5)).containsAll(users));
  }

  @Test
  void aCubeDoesNotAnswerForASample() {
    String question =
        "(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}]%s}) {meta{servedBy} explain{cubesRejected{message}}}";
    assertEquals(
        Map.of("servedBy", "cube:by_country"),
        answer("purchase", "aggregate", question.formatted("")).get("meta"));
    Map<?, ?> sampled =
        answer("purchase", "aggregate", question.formatted(", options: {sampleRate: 0.5}"));
    assertEquals(Map.of("servedBy", "segments"), sampled.get("meta"));
    assertTrue(
        sampled.get("explain").toString().contains("a sample is one of rows"), sampled.toString());
  }

  @Test
  void anAnswerCanBeAskedForAgainAlthoughRowsHaveCome() {
    String question = "(input: {range: {preset: ALL_TIME}%s}) {totals{count} meta{snapshot}}";
    Map<?, ?> first = answer("visit", "aggregate", question.formatted(""));
    Object snapshot = ((Map<?, ?>) first.get("meta")).get("snapshot");
    send("visit", 6 * USERS, 7 * USERS);
    node.flush();
    Map<?, ?> newest = answer("visit", "aggregate", question.formatted(""));
    assertNotEquals(first.get("totals"), newest.get("totals"));
    assertEquals(
        first,
        answer(
            "visit", "aggregate", question.formatted(", options: {asOf: \"" + snapshot + "\"}")));
    assertEquals(
        6L * USERS,
        answer(
                "visit",
                "records",
                "(range: {preset: ALL_TIME}, first: 1, options: {asOf: \"%s\"}) {totalCount}"
                    .formatted(snapshot))
            .get("totalCount"));
    assertEquals(
        "SNAPSHOT_GONE",
        refused(
            "visit{table(input: {range: {preset: ALL_TIME}, options: {asOf: \"no\"}}, measures: [{count: true}]) {rowCount}}"));
  }

  @Test
  void whatTopLeavesOutStandsBelowTheRowsOfATable() {
    String question =
        "(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}, {dimension: USER_ID}],"
            + " top: {keys: [USER_ID], n: 3, by: {of: {count: true}}}%s}, measures: [{count: true}]%s)"
            + "{columns{name values} rowCount rowKind hasNextPage endCursor}";
    Map<?, ?> plain = answer("visit", "table", question.formatted("", ""));
    assertEquals(3, plain.get("rowCount"));
    assertEquals(null, plain.get("rowKind"));
    Map<?, ?> whole = answer("visit", "table", question.formatted(", others: true", ""));
    // Users have one country each: of the 397 others 198 or 199 are of one.
    assertEquals(5, whole.get("rowCount"));
    assertEquals("[GROUP, GROUP, GROUP, OTHERS, OTHERS]", text(whole.get("rowKind")));
    List<?> columns = (List<?>) Objects.requireNonNull(whole.get("columns"));
    assertEquals("[0, 1, 2, null, null]", text(((Map<?, ?>) columns.get(1)).get("values")));
    String counts = text(((Map<?, ?>) columns.get(2)).get("values"));
    assertTrue(counts.matches("\\[6, 6, 6, 11(88|94), 11(88|94)]"), counts);
    Map<?, ?> first = answer("visit", "table", question.formatted(", others: true", ", limit: 2"));
    assertEquals("[GROUP, GROUP]", text(first.get("rowKind")));
    Map<?, ?> last =
        answer(
            "visit",
            "table",
            question.formatted(
                ", others: true", ", limit: 2, after: \"" + first.get("endCursor") + "\""));
    assertEquals("[GROUP, OTHERS, OTHERS]", text(last.get("rowKind")));
  }

  private static String text(@Nullable Object streamed) {
    List<String> cells = new ArrayList<>();
    ((StreamedValue) Objects.requireNonNull(streamed)).writeTo(new Cells(cells));
    return cells.toString();
  }

  private record Cells(List<String> cells) implements JsonSink {
    @Override
    public void startArray() {}

    @Override
    public void endArray() {}

    @Override
    public void number(long value) {
      cells.add(Long.toString(value));
    }

    @Override
    public void number(double value) {
      cells.add(Double.toString(value));
    }

    @Override
    public void string(String value) {
      cells.add(value);
    }

    @Override
    public void bool(boolean value) {
      cells.add(Boolean.toString(value));
    }

    @Override
    public void nothing() {
      cells.add("null");
    }

    @Override
    public void raw(String json) {
      cells.add(json);
    }
  }

  @Test
  void anAnswerSaysWhatItCostAndWhetherItWasKept() {
    String question =
        "(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}], where: {country: {ne: \"X\"}}}) {meta{cost cache rowsScanned} explain{estimatedCost}}";
    Map<?, ?> first = answer("visit", "aggregate", question);
    Map<?, ?> meta = (Map<?, ?>) Objects.requireNonNull(first.get("meta"));
    assertEquals("MISS", meta.get("cache"));
    assertTrue((Double) Objects.requireNonNull(meta.get("cost")) > 0, meta.toString());
    Map<?, ?> again = answer("visit", "aggregate", question);
    assertEquals("HIT", ((Map<?, ?>) Objects.requireNonNull(again.get("meta"))).get("cache"));
    assertEquals(0.0, ((Map<?, ?>) Objects.requireNonNull(again.get("meta"))).get("cost"));
    assertEquals(first.get("explain"), again.get("explain"));
    assertTrue(
        (Double)
                Objects.requireNonNull(
                    ((Map<?, ?>) Objects.requireNonNull(first.get("explain"))).get("estimatedCost"))
            > 0);
  }

  @Test
  void questionsAboutUsersAreBoundedToo() {
    String funnel =
        "byUser{funnel(input: {range: {preset: ALL_TIME}, steps: [{visit: {}}, {purchase: {}}],"
            + " window: \"P1D\", options: {%s}}) {steps{entities}}}";
    assertEquals("SCAN_LIMIT_EXCEEDED", refused(funnel.formatted("maxRowsScanned: 100")));
    assertEquals("STALE", refused(funnel.formatted("maxStaleness: \"PT1S\"")));
    assertEquals(
        List.of(),
        ask(funnel.formatted("maxRowsScanned: 100000, maxStaleness: \"P1D\"")).getErrors());
  }
}
