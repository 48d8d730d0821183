package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.ExecutionResult;
import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.graphqlschema.GraphQlServices;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.store.Disk;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Events that are sent by a mutation are those that are sent by HTTP, wherever the config says
/// that their values stand and however it writes times.
final class IngestMutationTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T00:00:00Z"), ZoneOffset.UTC);
  private static final String CONFIG =
      """
      collection: sale
      time: at
      timeBounds: { past: P30D }
      eventId: id
      fields:
        id: string
        at: { type: timestamp }
        user_id: { type: string }
        amount: { type: "decimal(18,2)" }
        clicks: { type: long }
        price: { type: double }
        ok: { type: bool }
        day: { type: date }
        born: { type: date }
        tags: { type: "string[]" }
        names: { type: "string[]" }
        prices: { type: "long[]" }
        doc: { type: json }
        host: { type: ip }
        device: { type: uuid }
        tag_count: { derive: length(tags) }
      source:
        map: { user_id: /user/id, amount: /payment/amount, names: "/items/*/name", prices: "/items/*/price" }
        formats: { at: epoch_ms, day: "dd.MM.yyyy" }
      """;
  private static final String ALL =
      "id at userId amount clicks price ok day born tags names prices doc host device tagCount";

  @TempDir Path folder;
  private LocalNode node;
  private LocalQueryService queries;
  private GraphQlApi api;

  @BeforeEach
  void open() {
    node = LocalNode.open(folder, IngestOptions.DEFAULT, Disk.SYSTEM, CLOCK);
    queries = new LocalQueryService(node, EngineOptions.defaults().withWorkers(2));
    node.applyConfigs(List.of(new ConfigFile("sale.yaml", CONFIG)));
    api =
        GraphQlApi.build(
            node.collections(),
            GraphQlServices.of(queries).withIngest(node, _ -> true),
            CLOCK,
            GraphQlOptions.DEFAULT);
  }

  @AfterEach
  void close() {
    queries.close();
    node.close();
  }

  private ExecutionResult ask(String document, Map<String, @Nullable Object> variables) {
    return api.execute(
        new GraphQlRequest(document, null, variables, Map.of()),
        new QueryContext("q", Duration.ofSeconds(30), 256 << 20));
  }

  private Object send(String events) {
    ExecutionResult result =
        ask(
            "mutation {ingestSale(events: [%s]) {accepted duplicates rejected{index field code}}}"
                .formatted(events),
            Map.of());
    assertEquals(List.of(), result.getErrors());
    return ((Map<?, ?>) Objects.requireNonNull(result.getData())).get("ingestSale");
  }

  private String rows() {
    ExecutionResult result =
        ask(
            "{sale{records(range: {preset: ALL_TIME}, orderBy: [{id: ASC}]) {nodes{%s}}}}"
                .formatted(ALL),
            Map.of());
    assertEquals(List.of(), result.getErrors());
    return String.valueOf(Objects.requireNonNull(result.<Object>getData()));
  }

  @Test
  void everyTypeArrivesAsItWasSent() {
    Object result =
        send(
            """
            {id: "a", at: "2026-03-04T10:00:00.123Z", userId: "u\\"1\\n", amount: "12.50", clicks: "9007199254740993",
             price: 0.5, ok: true, day: "2026-03-04", born: "1999-12-31", tags: ["x", null, "y"], names: ["n1", "n2"], prices: [1, 2],
             doc: {a: {b: [1, 2.5, "x", null, true]}}, host: "10.0.0.1", device: "123e4567-e89b-12d3-a456-426614174000"},
            {id: "b", at: "2026-03-04T12:00:00+01:00"}
            """);
    assertEquals("{accepted=2, duplicates=0, rejected=[]}", result.toString());
    String rows = rows();
    assertTrue(
        rows.contains(
            "{id=a, at=2026-03-04T10:00:00.123Z, userId=u\"1\n, amount=12.50,"
                + " clicks=9007199254740993, price=0.5, ok=true, day=2026-03-04, born=1999-12-31,"
                + " tags=[x, null, y], names=[n1, n2], prices=[1, 2]"),
        rows);
    assertTrue(
        rows.contains("host=10.0.0.1, device=123e4567-e89b-12d3-a456-426614174000, tagCount=3"),
        rows);
    assertTrue(rows.contains("{id=b, at=2026-03-04T11:00:00Z, userId=null"), rows);
  }

  @Test
  void variablesAreTheSameAsLiterals() {
    ExecutionResult result =
        ask(
            "mutation M($e: [SaleEventInput!]!) {ingestSale(events: $e) {accepted}}",
            Map.of(
                "e",
                List.of(
                    Map.of(
                        "id",
                        "v",
                        "at",
                        "2026-03-04T10:00:00Z",
                        "amount",
                        3,
                        "doc",
                        Map.of("k", List.of(1, "two"))))));
    assertEquals(List.of(), result.getErrors());
    assertTrue(rows().contains("id=v"), rows());
  }

  @Test
  void whatDoesNotFitIsToldByItsPlace() {
    assertEquals(
        "{accepted=1, duplicates=0, rejected=[]}",
        send("{id: \"a\", at: \"2026-03-04T10:00:00Z\"}").toString());
    assertEquals(
        "{accepted=1, duplicates=1, rejected=[{index=1, field=amount, code=TOO_PRECISE}, {index=2,"
            + " field=at, code=TIME_OUT_OF_BOUNDS}]}",
        send("""
        {id: "a", at: "2026-03-04T10:00:00Z"}, {id: "c", at: "2026-03-04T10:00:00Z", amount: "1.234"},
        {id: "d", at: "1990-03-04T10:00:00Z"}, {id: "e", at: "2026-03-04T10:00:00Z"}
        """)
            .toString());
  }

  @Test
  void onlyWhatEventsBringIsAskedFor() {
    String sdl = api.sdl();
    String input =
        sdl.substring(
            sdl.indexOf("input SaleEventInput"),
            sdl.indexOf("}", sdl.indexOf("input SaleEventInput")));
    assertTrue(input.contains("at: DateTime!"), input);
    assertTrue(input.contains("doc: JSON"), input);
    assertFalse(input.contains("tagCount"), input);
    assertFalse(input.contains("_received"), input);
    String closed =
        GraphQlApi.build(
                node.collections(),
                GraphQlServices.of(queries).withIngest(node, _ -> false),
                CLOCK,
                GraphQlOptions.DEFAULT)
            .sdl();
    assertFalse(closed.contains("ingestSale"), closed);
  }

  @Test
  void whoMayNotSendIsRefused() {
    Caller reader =
        new Caller(
            "k",
            Caller.Kind.KEY,
            "k",
            "default",
            Access.of(List.of(Scope.parse("query:sale")), Map.of()),
            "default");
    ExecutionResult result =
        api.execute(
            GraphQlRequest.of(
                "mutation {ingestSale(events: [{id: \"x\", at: \"2026-03-04T10:00:00Z\"}]) {accepted}}"),
            new QueryContext("q", Duration.ofSeconds(30), 256 << 20, reader, QueryGate.OPEN));
    assertEquals(
        "FORBIDDEN",
        Objects.requireNonNull(result.getErrors().getFirst().getExtensions()).get("code"));
    assertFalse(rows().contains("id=x"), rows());
  }

  @Test
  void aKeyMakesARetryOfDuplicates() {
    String keyed =
        """
        mutation ($key: ID, $clicks: Long) {ingestSale(idempotencyKey: $key, events: [
          {at: "2026-03-04T10:00:00Z", clicks: $clicks}, {id: "own", at: "2026-03-04T10:00:00Z"},
          {at: "2026-03-04T10:00:00Z", clicks: $clicks}]) {accepted duplicates}}
        """;
    assertEquals(
        "{ingestSale={accepted=3, duplicates=0}}", answer(keyed, Map.of("key", "k", "clicks", 1)));
    assertEquals(
        "{ingestSale={accepted=0, duplicates=3}}", answer(keyed, Map.of("key", "k", "clicks", 1)));
    assertEquals("{ingestSale={accepted=2, duplicates=1}}", answer(keyed, Map.of("clicks", 1)));
    ExecutionResult other = ask(keyed, Map.of("key", "k", "clicks", 2));
    assertEquals("IDEMPOTENCY_CONFLICT", other.getErrors().getFirst().getExtensions().get("code"));
  }

  private String answer(String document, Map<String, @Nullable Object> variables) {
    ExecutionResult result = ask(document, variables);
    assertEquals(List.of(), result.getErrors());
    return String.valueOf(result.<Object>getData());
  }
}
