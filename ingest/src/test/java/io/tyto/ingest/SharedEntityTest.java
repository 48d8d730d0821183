package io.tyto.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.port.EntityService.Kept;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Collections of several projects number their entities together; nobody learns from that whom
/// others know.
class SharedEntityTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path data;

  private static String config(String collection, String project, String lifetime) {
    return """
    collection: %s
    project: %s
    time: ts
    entity: { name: user, key: user }
    fields:
      user: string
      ts: timestamp
    %s
    """
        .formatted(collection, project, lifetime);
  }

  private static @Nullable Map<String, Kept> ask(LocalNode node, String project, String user) {
    Access access = Access.of(List.of(Scope.parse("records:*")), Map.of());
    Caller caller = new Caller("k", Caller.Kind.KEY, "test", project, access, "default");
    return node.entity("user", user, caller, PATIENCE);
  }

  private static void send(LocalNode node, String collection, String user) {
    NodeFixture.send(
        node, collection, "{\"user\":\"%s\",\"ts\":\"2026-11-20T10:00:00Z\"}\n".formatted(user));
  }

  @Test
  void nobodyLearnsWhomAnotherProjectKnows() {
    String count = "lifetime: { events: count }";
    try (LocalNode node = NodeFixture.open(data)) {
      NodeFixture.apply(
          node,
          config("buy", "acme", count),
          config("visit", "other", count),
          config("look", "third", ""));
      send(node, "buy", "anna");
      send(node, "visit", "bert");
      assertNull(ask(node, "acme", "bert"));
      assertNull(ask(node, "other", "anna"));
      assertEquals(1L, counted(ask(node, "acme", "anna"), "buy"));
      assertEquals(1L, counted(ask(node, "other", "bert"), "visit"));
      // What keeps nothing cannot tell: it says the same of everybody.
      Map<String, Kept> known = ask(node, "third", "anna");
      assertNotNull(known);
      assertEquals(ask(node, "third", "nobody"), known);
      assertNull(node.entity("user", "nobody", Caller.SYSTEM, PATIENCE));
      assertEquals(0L, counted(node.entity("user", "anna", Caller.SYSTEM, PATIENCE), "visit"));
    }
  }

  private static @Nullable Object counted(@Nullable Map<String, Kept> kept, String collection) {
    assertNotNull(kept);
    Kept of = kept.get(collection);
    assertNotNull(of);
    return of.values().get("events");
  }
}
