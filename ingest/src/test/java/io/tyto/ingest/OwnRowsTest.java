package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whom a row policy keeps to some rows sends no others.
class OwnRowsTest {
  private static final String SALE =
      """
      collection: sale
      time: ts
      access: { rows: { tenant: tenant, shop: shop } }
      fields:
        ts: timestamp
        tenant: string
        shop: long
      """;

  @TempDir Path data;

  private static Caller caller(Map<String, List<String>> parameters, String... scopes) {
    Access access = Access.of(Arrays.stream(scopes).map(Scope::parse).toList(), parameters);
    return new Caller("k", Caller.Kind.KEY, "test", "default", access, "default");
  }

  private static String event(String tenant, String shop) {
    return "{\"ts\":\"2026-11-20T10:00:00Z\",\"tenant\":%s,\"shop\":%s}\n".formatted(tenant, shop);
  }

  private static int send(LocalNode node, String events, Caller caller) {
    return node.ingest("sale", events.getBytes(StandardCharsets.UTF_8), caller).join().accepted();
  }

  private static void assertRefused(LocalNode node, String events, Caller caller, ErrorCode code) {
    CompletionException thrown =
        assertThrows(CompletionException.class, () -> send(node, events, caller));
    TytoException refusal = assertInstanceOf(TytoException.class, thrown.getCause());
    assertEquals(code, refusal.code(), refusal.getMessage());
  }

  @Test
  void onlyOwnRowsAreTaken() {
    Caller acme =
        caller(Map.of("tenant", List.of("acme", "acme-eu"), "shop", List.of("7")), "ingest:sale");
    try (LocalNode node = NodeFixture.open(data)) {
      NodeFixture.apply(node, SALE);
      assertEquals(2, send(node, event("\"acme\"", "7") + event("\"acme-eu\"", "7"), acme));
      for (String foreign :
          List.of(
              event("\"other\"", "7"),
              event("\"acme\"", "8"),
              event("null", "7"),
              event("\"acme\"", "null"))) {
        assertRefused(node, event("\"acme\"", "7") + foreign, acme, ErrorCode.FORBIDDEN);
      }
      assertEquals(2, NodeFixture.rows(node, "sale").size(), "a refused body is refused whole");
      try (var letters = node.deadLetters("sale")) {
        assertTrue(NodeFixture.rows(letters).isEmpty());
      }
    }
  }

  @Test
  void scopesAndParametersAreNeeded() {
    try (LocalNode node = NodeFixture.open(data)) {
      NodeFixture.apply(node, SALE);
      String event = event("\"acme\"", "7");
      Map<String, List<String>> acme = Map.of("tenant", List.of("acme"), "shop", List.of("7"));
      assertRefused(node, event, caller(acme, "query:sale"), ErrorCode.FORBIDDEN);
      assertRefused(node, event, caller(acme, "ingest:other"), ErrorCode.UNKNOWN_COLLECTION);
      assertRefused(node, event, caller(Map.of(), "ingest:sale"), ErrorCode.FORBIDDEN);
      assertEquals(1, send(node, event, caller(Map.of(), "ingest:sale", "rows:sale")));
      assertEquals(1, send(node, event, Caller.OPEN));
    }
  }
}
