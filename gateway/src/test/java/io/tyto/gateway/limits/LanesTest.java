package io.tyto.gateway.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Estimate.Lane;
import io.tyto.model.query.QueryContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class LanesTest {
  private static final long DEADLINE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private static QueryContext context() {
    return new QueryContext("q", Duration.ofSeconds(30), 1 << 20);
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + DEADLINE_NANOS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "did not happen in time");
      Thread.sleep(1);
    }
  }

  /// Enters on a thread of its own and notes who got in.
  private static CompletableFuture<Void> entering(Lanes lanes, String caller, List<String> order) {
    return CompletableFuture.runAsync(
        () -> {
          lanes.enter(Lane.SCAN, caller, 100, context());
          order.add(caller);
        },
        Thread::startVirtualThread);
  }

  @Test
  void callersTakeTurnsHoweverMuchOneAsks() throws InterruptedException {
    Lanes lanes = new Lanes(1, 1, 100);
    lanes.enter(Lane.SCAN, "first", 1, context());
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (String caller : List.of("greedy", "greedy", "greedy", "greedy", "modest", "third")) {
      int before = lanes.waiting(Lane.SCAN);
      all.add(entering(lanes, caller, order));
      await(() -> lanes.waiting(Lane.SCAN) == before + 1);
    }
    lanes.leave(Lane.SCAN, "first");
    for (int i = 1; i <= all.size(); i++) {
      int served = i;
      await(() -> order.size() == served);
      lanes.leave(Lane.SCAN, order.get(i - 1));
    }
    assertEquals(List.of("greedy", "modest", "third", "greedy", "greedy", "greedy"), order);
    assertEquals(0, lanes.running(Lane.SCAN));
  }

  @Test
  void readsOfCubesDoNotWaitForScans() {
    Lanes lanes = new Lanes(1, 1, 0);
    lanes.enter(Lane.SCAN, "a", 10, context());
    lanes.enter(Lane.CUBE, "a", 10, context());
    TytoException full =
        assertThrows(TytoException.class, () -> lanes.enter(Lane.SCAN, "b", 10, context()));
    assertEquals(ErrorCode.OVERLOADED, full.code());
  }

  @Test
  void aCallerHasSoManyPlacesAndSoManyWaiting() throws InterruptedException {
    Lanes lanes = new Lanes(10, 1, 100);
    lanes.enter(Lane.SCAN, "a", 1, context());
    List<String> order = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 8; i++) {
      CompletableFuture.runAsync(
          () -> {
            lanes.enter(Lane.SCAN, "a", 1, context());
            order.add("a");
          },
          Thread::startVirtualThread);
    }
    await(() -> lanes.waiting(Lane.SCAN) == 8);
    TytoException refusal =
        assertThrows(TytoException.class, () -> lanes.enter(Lane.SCAN, "a", 1, context()));
    assertEquals(ErrorCode.CONCURRENCY_LIMITED, refusal.code());
    lanes.enter(Lane.SCAN, "b", 1, context());
    for (int i = 1; i <= 8; i++) {
      int served = i;
      lanes.leave(Lane.SCAN, "a");
      await(() -> order.size() == served);
    }
  }

  @Test
  void whoIsCalledOffGivesUpThePlace() throws InterruptedException {
    Lanes lanes = new Lanes(1, 1, 10);
    lanes.enter(Lane.SCAN, "a", 10, context());
    QueryContext calledOff = context();
    CompletableFuture<ErrorCode> outcome =
        CompletableFuture.supplyAsync(
            () ->
                assertThrows(TytoException.class, () -> lanes.enter(Lane.SCAN, "b", 10, calledOff))
                    .code(),
            Thread::startVirtualThread);
    await(() -> lanes.waiting(Lane.SCAN) == 1);
    calledOff.cancel();
    assertEquals(ErrorCode.CANCELLED, outcome.join());
    assertEquals(0, lanes.waiting(Lane.SCAN));
    lanes.leave(Lane.SCAN, "a");
    assertEquals(0, lanes.running(Lane.SCAN));
  }

  @Test
  void neverMoreRunThanThereArePlacesAndNobodyIsForgotten() throws InterruptedException {
    long seed = Long.getLong("test.seed", 77L);
    Random random = new Random(seed);
    Lanes lanes = new Lanes(3, 1, 1_000);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    ConcurrentHashMap<String, AtomicInteger> byCaller = new ConcurrentHashMap<>();
    int queries = 400;
    for (int i = 0; i < queries; i++) {
      String caller = "c" + random.nextInt(4);
      boolean isCalledOff = random.nextInt(5) == 0;
      Thread.startVirtualThread(() -> {
        QueryContext context = context();
        if (isCalledOff) {
          context.cancel();
        }
        try {
          lanes.enter(Lane.SCAN, caller, 2, context);
          AtomicInteger own = byCaller.computeIfAbsent(caller, _ -> new AtomicInteger());
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          assertTrue(own.incrementAndGet() <= 2);
          Thread.yield();
          own.decrementAndGet();
          running.decrementAndGet();
          lanes.leave(Lane.SCAN, caller);
        } catch (TytoException e) {
          // Called off, or one too many.
        }
        done.incrementAndGet();
      });
    }
    await(() -> done.get() == queries);
    assertTrue(most.get() <= 3, most + " ran at once, seed " + seed);
    assertEquals(0, lanes.running(Lane.SCAN), "seed " + seed);
    assertEquals(0, lanes.waiting(Lane.SCAN), "seed " + seed);
  }
}
