package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.observe.Observatory;
import io.tyto.gateway.observe.ObserveOptions;
import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.graphqlschema.GraphQlOptions;
import io.tyto.graphqlschema.GraphQlServices;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who shares a schema with whom, and how many are kept.
final class LiveSchemaTest {
  private final FakePorts ports = new FakePorts();
  private final Observatory observatory =
      new Observatory(ObserveOptions.DEFAULT, Clock.systemUTC());
  private final LiveSchema schema = schema(1_000);

  private LiveSchema schema(int maxCollections) {
    return new LiveSchema(
        ports,
        GraphQlServices.of(ports),
        ports,
        observatory.meters(),
        Clock.systemUTC(),
        GraphQlOptions.DEFAULT,
        maxCollections);
  }

  @AfterEach
  void stop() {
    observatory.close();
  }

  private static Caller of(String project, String... scopes) {
    return new Caller(
        "k",
        Caller.Kind.KEY,
        "k",
        project,
        Access.of(Stream.of(scopes).map(Scope::parse).toList(), Map.of()),
        Caller.DEFAULT_LIMITS);
  }

  private static Caller caller(String... scopes) {
    return of(Caller.DEFAULT_PROJECT, scopes);
  }

  @Test
  void whoSeesTheSameSharesOneWhateverAllowsIt() {
    GraphQlApi first = schema.of(caller("query:play"));
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 100; i++) { // in turns
        assertSame(first, schema.of(caller("query:play", "query:other" + i)));
      }
    }
    assertSame(first, schema.of(caller("query:*")));
  }

  @Test
  void whoSeesMoreHasAnother() {
    List<GraphQlApi> all = new ArrayList<>();
    for (Caller caller :
        List.of(
            caller("query:play"),
            caller("records:play"),
            caller("query:play", "records:play"),
            caller("query:play", "ingest:play"),
            caller("query:play", "admin"),
            of("acme", "query:play"),
            Caller.OPEN)) {
      GraphQlApi api = schema.of(caller);
      assertSame(api, schema.of(caller));
      all.add(api);
    }
    assertEquals(all.size(), Set.copyOf(all).size());
    assertTrue(all.get(1).sdl().contains("  records("));
    assertTrue(!all.get(0).sdl().contains("  records("));
    assertTrue(all.get(3).sdl().contains("  ingestPlay("));
    assertTrue(!all.get(2).sdl().contains("  ingestPlay("));
  }

  @Test
  void aChangeOfTheCatalogMakesThemAnew() {
    GraphQlApi before = schema.of(caller("query:play"));
    ports.catalog = 2;
    GraphQlApi after = schema.of(caller("query:play"));
    assertNotSame(before, after);
    assertSame(after, schema.of(caller("query:*")));
  }

  @Test
  void whatWasNotAskedForTheLongestGoesFirst() {
    LiveSchema two = schema(5); // each of them has one collection, and counts for one more
    GraphQlApi first = two.of(caller("query:play"));
    GraphQlApi second = two.of(caller("records:play"));
    assertSame(first, two.of(caller("query:play")));
    assertSame(second, two.of(caller("records:play")));
    assertSame(first, two.of(caller("query:play")));
    two.of(caller("ingest:play"));
    assertSame(first, two.of(caller("query:play")));
    assertNotSame(second, two.of(caller("records:play")));
  }
}
