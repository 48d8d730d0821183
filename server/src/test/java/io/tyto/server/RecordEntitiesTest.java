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
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The entity of a record: what is kept of it and questions about it, each asked once a page.
final class RecordEntitiesTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-03-05T00:00:00Z"), ZoneOffset.UTC);
  private static final String CONFIG =
      """
      collection: sale
      time: at
      entity: { name: user, key: user_id }
      fields:
        at: { type: timestamp }
        user_id: { type: string%s }
        amount: { type: long }
      lifetime:
        spent: sum(amount)
      """;

  @TempDir Path folder;
  private LocalNode node;
  private LocalQueryService queries;
  private GraphQlApi api;
  private final List<Object> lookedUp = new ArrayList<>();

  @BeforeEach
  void open() {
    node = LocalNode.open(folder, IngestOptions.DEFAULT, Disk.SYSTEM, CLOCK);
    queries = new LocalQueryService(node, EngineOptions.defaults().withWorkers(2));
    node.applyConfigs(List.of(new ConfigFile("sale.yaml", CONFIG.formatted(""))));
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 6; i++) {
      body.append(event(i, "\"u" + i % 2 + "\"", 1 << i));
    }
    send(body.append(event(6, "null", 100)));
    api = api();
  }

  private static String event(int second, String user, int amount) {
    return "{\"at\":\"2026-03-01T00:00:%02dZ\",\"user_id\":%s,\"amount\":%d}\n"
        .formatted(second, user, amount);
  }

  private void send(StringBuilder body) {
    byte[] events = body.toString().getBytes(StandardCharsets.UTF_8);
    assertEquals(List.of(), node.ingest("sale", events, Caller.SYSTEM).join().rejected());
  }

  private GraphQlApi api() {
    return GraphQlApi.build(
        node.collections(),
        GraphQlServices.of(queries)
            .withEntities((entity, key, caller, timeout) -> {
              lookedUp.add(key);
              return node.entity(entity, key, caller, timeout);
            }),
        CLOCK,
        GraphQlOptions.DEFAULT);
  }

  @AfterEach
  void close() {
    queries.close();
    node.close();
  }

  private ExecutionResult ask(String selection, int first) {
    return api.execute(
        GraphQlRequest.of(
            "{sale{records(range: {preset: ALL_TIME}, orderBy: [{at: ASC}], first: %d) {nodes{%s}}}}"
                .formatted(first, selection)),
        new QueryContext("q", Duration.ofSeconds(30), 256 << 20));
  }

  @Test
  void eachIsFoundOnce() {
    ExecutionResult result =
        ask(
            "amount _user{id sale{lifetime{spent} aggregate(input: {range: {preset: ALL_TIME}}) {totals{count}}}}",
            10);
    assertEquals(List.of(), result.getErrors());
    String user0 = "_user={id=u0, sale={lifetime={spent=21}, aggregate={totals={count=3}}}}";
    String user1 = "_user={id=u1, sale={lifetime={spent=42}, aggregate={totals={count=3}}}}";
    assertEquals(
        "{sale={records={nodes=[{amount=1, %1$s}, {amount=2, %2$s}, {amount=4, %1$s}, {amount=8, %2$s}, {amount=16, %1$s}, {amount=32, %2$s}, {amount=100, _user=null}]}}}"
            .formatted(user0, user1),
        Objects.requireNonNull(result.<Object>getData()).toString());
    assertEquals(List.of("u0", "u1"), lookedUp);
  }

  @Test
  void howManyIsBounded() {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      body.append(event(10 + i % 40, "\"many" + i + "\"", 1));
    }
    send(body);
    assertEquals(List.of(), ask("_user{sale{lifetime{spent}}}", 200).getErrors());
    assertEquals(122, lookedUp.size());
    ExecutionResult refused =
        ask("_user{sale{records(range: {preset: ALL_TIME}) {totalCount}}}", 200);
    assertEquals(
        "LIMIT_TOO_LARGE",
        Objects.requireNonNull(refused.getErrors().getFirst().getExtensions()).get("code"));
  }

  @Test
  void mistakesInItAreToldBeforeAnythingIsRead() {
    ExecutionResult refused =
        ask(
            "_user{sale{aggregate(input: {range: {preset: ALL_TIME}}, limit: -1) {groupCount}}}",
            5);
    assertFalse(refused.isDataPresent());
    assertTrue(refused.getErrors().getFirst().getMessage().contains("limit"), refused.toString());
    assertEquals(List.of(), lookedUp);
  }

  @Test
  void recordsThatHideTheKeyHaveNoEntity() {
    assertTrue(api.sdl().contains("  _user: User\n"), "no _user");
    node.applyConfigs(
        List.of(
            new ConfigFile(
                "sale.yaml",
                CONFIG
                    .formatted(", privacy: { policy: hash }")
                    .replace("sale", "sold")
                    .replace("name: user", "name: buyer"))));
    assertFalse(api().sdl().replaceAll("(?s).*type Sold \\{(.*?)\\n}.*", "$1").contains("_user"));
  }
}
