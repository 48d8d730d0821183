package io.tyto.gateway.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.LimitClass;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.Estimate.Lane;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate.Pass;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CostGateTest {
  private static final double EXACT = 1e-9;
  private static final LimitClass SMALL =
      new LimitClass("small", 2, 10, 20, 4, 4, Double.POSITIVE_INFINITY);

  private final AtomicLong nanos = new AtomicLong(1);
  private Instant now = Instant.parse("2026-11-22T23:00:00Z");

  private CostGate gate(LimitClass ofCaller, LimitClass ofProject) {
    return new CostGate(
        new CostGate.Limits(_ -> ofCaller, _ -> ofProject), 4, 4, 100, () -> now, nanos::get);
  }

  private CostGate gate(LimitClass ofCaller) {
    return gate(ofCaller, LimitClass.none("project"));
  }

  private static QueryContext context(CostGate gate, String id) {
    Caller caller = new Caller(id, Caller.Kind.KEY, id, "default", Access.ALL, "small");
    return new QueryContext("q", Duration.ofSeconds(30), 1 << 20, caller, gate);
  }

  private static Estimate cost(double units) {
    return new Estimate(Lane.SCAN, (long) (units * Estimate.CELLS_PER_UNIT), 1);
  }

  private void pass(double seconds) {
    nanos.addAndGet((long) (seconds * 1e9));
    now = now.plusMillis((long) (seconds * 1_000));
  }

  private static TytoException refused(CostGate gate, String caller, double cost) {
    return assertThrows(TytoException.class, () -> gate.enter(context(gate, caller), cost(cost)));
  }

  @Test
  void whatWasNotTakenComesBack() {
    CostGate gate = gate(SMALL);
    QueryContext context = context(gate, "a");
    Pass pass = gate.enter(context, cost(8));
    assertEquals(8, context.cost(), EXACT);
    assertEquals(2, gate.use(context.caller()).remaining(), EXACT);
    pass.leave(3);
    assertEquals(3, context.cost(), EXACT);
    assertEquals(7, gate.use(context.caller()).remaining(), EXACT);
    assertEquals(3, gate.use(context.caller()).usedToday(), EXACT);
    assertEquals(0, gate.use(context.caller()).running());
  }

  @Test
  void whatTheProcessAsksForACallerIsTheCallers() {
    CostGate gate = gate(SMALL, SMALL);
    QueryContext context = context(gate, "a");
    gate.enter(context.asSystem().within(Duration.ofSeconds(1)), cost(8)).leave(8);
    assertEquals(8, gate.use(context.caller()).usedToday(), EXACT);
    assertEquals(0, gate.use(Caller.SYSTEM).usedToday(), EXACT);
    TytoException refusal =
        assertThrows(TytoException.class, () -> gate.enter(context.asSystem(), cost(8)));
    assertEquals(ErrorCode.RATE_LIMITED, refusal.code());
    // Of a caller without limits, the project's are left.
    CostGate ofProject = gate(LimitClass.none("free"), SMALL);
    ofProject.enter(context(ofProject, "a").asSystem(), cost(8)).leave(8);
    assertEquals(ErrorCode.RATE_LIMITED, refused(ofProject, "b", 8).code());
  }

  @Test
  void anEmptyBucketSaysWhenToComeBack() {
    CostGate gate = gate(SMALL);
    gate.enter(context(gate, "a"), cost(9)).leave(9);
    RetryLaterException refusal =
        assertInstanceOf(RetryLaterException.class, refused(gate, "a", 5));
    assertEquals(ErrorCode.RATE_LIMITED, refusal.code());
    assertEquals(2_000, refusal.after().toMillis());
    gate.enter(context(gate, "b"), cost(9)).leave(9);
    pass(1.9);
    assertEquals(ErrorCode.RATE_LIMITED, refused(gate, "a", 5).code());
    pass(0.2);
    gate.enter(context(gate, "a"), cost(5)).leave(5);
  }

  @Test
  void aFullBucketLetsAnythingThroughThatTheClassAllows() {
    CostGate gate = gate(SMALL);
    assertEquals(ErrorCode.COST_LIMIT_EXCEEDED, refused(gate, "a", 20.5).code());
    gate.enter(context(gate, "a"), cost(20)).leave(20);
    assertEquals(-10, gate.use(context(gate, "a").caller()).remaining(), EXACT);
    pass(5.5);
    assertEquals(ErrorCode.RATE_LIMITED, refused(gate, "a", 5).code());
  }

  @Test
  void furtherScansOfAQueryAreChargedAndBounded() {
    CostGate gate = gate(SMALL);
    QueryContext context = context(gate, "a");
    Pass pass = gate.enter(context, cost(10));
    pass.more(cost(9));
    assertEquals(
        ErrorCode.COST_LIMIT_EXCEEDED,
        assertThrows(TytoException.class, () -> pass.more(cost(2))).code());
    pass.leave(19);
    assertEquals(19, context.cost(), EXACT);
  }

  @Test
  void theDayHasAnEnd() {
    LimitClass daily =
        new LimitClass("daily", Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 100, 4, 4, 100);
    CostGate gate = gate(daily);
    gate.enter(context(gate, "a"), cost(90)).leave(90);
    RetryLaterException refusal =
        assertInstanceOf(RetryLaterException.class, refused(gate, "a", 11));
    assertEquals(Duration.ofHours(1), refusal.after());
    assertEquals(10, gate.use(context(gate, "a").caller()).remaining(), EXACT);
    pass(3_600);
    gate.enter(context(gate, "a"), cost(90)).leave(90);
  }

  @Test
  void aProjectIsOneMoreCaller() {
    CostGate gate = gate(LimitClass.none("free"), SMALL);
    gate.enter(context(gate, "a"), cost(6)).leave(6);
    assertEquals(ErrorCode.RATE_LIMITED, refused(gate, "b", 6).code());
    assertEquals(0, gate.use(context(gate, "b").caller()).usedToday(), EXACT);
  }

  @Test
  void withoutLimitsNothingIsRefused() {
    CostGate gate = gate(LimitClass.none("free"));
    for (int i = 0; i < 1_000; i++) {
      gate.enter(context(gate, "a"), cost(1e9)).leave(1e9);
    }
    assertTrue(Double.isInfinite(gate.use(context(gate, "a").caller()).remaining()));
  }
}
