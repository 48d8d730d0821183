package io.tyto.gateway.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.QueryService;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.query.RunningQuery;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunningQueriesTest {
  private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
  private static final Caller ALICE = caller("alice", "acme", "query:*");
  private static final Caller BOB = caller("bob", "acme", "query:*");
  private static final Caller NAMESAKE = caller("alice", "other", "query:*");
  private static final Caller ADMIN = caller("root", Caller.DEFAULT_PROJECT, "admin");
  private static final Caller TENANT_ADMIN = caller("root", "umbrella", "admin");

  private final RunningQueries running = new RunningQueries(Clock.fixed(NOW, ZoneOffset.UTC));

  private static Caller caller(String id, String project, String scope) {
    Access access = Access.of(List.of(Scope.parse(scope)), Map.of());
    return new Caller(id, Caller.Kind.KEY, id, project, access, Caller.DEFAULT_LIMITS);
  }

  private static QueryContext context(String id, Caller caller) {
    return new QueryContext(id, Duration.ofMinutes(1), 1 << 20, caller, QueryGate.OPEN);
  }

  private RunningQueries.Entry enter(QueryContext context, String requestId) {
    return running.enter(context, requestId, "query Revenue", () -> "abc");
  }

  @Test
  void tellsWhatAnOperationDoesWhileItDoesIt() {
    QueryContext context = context("q1", ALICE);
    try (RunningQueries.Entry entry = enter(context, "r1")) {
      running.asks(context, "sale");
      running.asks(context, "visit");
      running.asks(context, "sale");
      running.entersLane(context, Estimate.Lane.CUBE);
      context.scanned(1_234);
      context.charge(2.5);
      RunningQuery told = running.running(ALICE).getFirst();
      assertEquals(
          new RunningQuery(
              "q1",
              "r1",
              "alice",
              "query Revenue",
              "abc",
              List.of("sale", "visit"),
              "cube",
              NOW,
              told.runningMillis(),
              1_234,
              2.5,
              false),
          told);
      assertTrue(entry.runningNanos() > 0);
    }
    assertEquals(List.of(), running.running(ADMIN));
    assertEquals(0, running.size());
  }

  @Test
  void everybodyEndsTheirOwnAndAnOperatorAny() {
    QueryContext alices = context("q1", ALICE);
    QueryContext bobs = context("q2", BOB);
    enter(alices, "same");
    enter(bobs, "same");
    assertEquals(List.of("q1"), ids(ALICE));
    assertEquals(List.of(), ids(NAMESAKE));
    assertEquals(List.of("q1", "q2"), ids(ADMIN));
    assertEquals(List.of(), ids(TENANT_ADMIN));
    assertFalse(running.cancel("q1", TENANT_ADMIN), "what others ask is for operators");
    assertFalse(running.cancel("q1", BOB));
    assertFalse(running.cancel("q1", NAMESAKE));
    assertFalse(running.cancel("no", ADMIN));
    assertFalse(alices.isCancelled() || bobs.isCancelled());
    assertTrue(running.cancel("same", BOB));
    assertTrue(bobs.isCancelled());
    assertFalse(alices.isCancelled());
    assertTrue(running.cancel("q1", ADMIN));
    assertTrue(alices.isCancelled());
    assertTrue(running.running(ALICE).getFirst().isCancelled());
  }

  private List<String> ids(Caller caller) {
    return running.running(caller).stream().map(RunningQuery::id).toList();
  }

  @Test
  void hasABound() {
    for (int i = 0; i < RunningQueries.MAX_RUNNING; i++) {
      enter(context("q" + i, ALICE), "r");
    }
    TytoException told =
        assertThrows(TytoException.class, () -> enter(context("one more", ALICE), "r"));
    assertEquals(ErrorCode.OVERLOADED, told.code());
  }

  @Test
  void everythingTheEngineAnswersIsSeen() throws NoSuchMethodException {
    // A default of the port would hide what the engine has in its place.
    for (Method method : QueryService.class.getMethods()) {
      Method seen = ObservedQueries.class.getMethod(method.getName(), method.getParameterTypes());
      assertEquals(ObservedQueries.class, seen.getDeclaringClass(), method.toString());
    }
  }
}
