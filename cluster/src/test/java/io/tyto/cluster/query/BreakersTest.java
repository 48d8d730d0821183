package io.tyto.cluster.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.cluster.rpc.NodeAddress;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BreakersTest {
  private static final NodeAddress A = new NodeAddress("a", 1);
  private static final NodeAddress B = new NodeAddress("b", 1);
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 1_000_000_000);
  private final Breakers breakers = new Breakers(clock::get);

  private void pass(double seconds) {
    clock.addAndGet((long) (seconds * TimeUnit.SECONDS.toNanos(1)));
  }

  @Test
  void oneQuestionFindsOutAndTheOthersFollow() {
    breakers.failed(A);
    assertEquals(Set.of(A), breakers.silent());
    pass(1);
    assertEquals(Set.of(), breakers.silent());
    assertEquals(Set.of(), breakers.silent(), "who only looks takes nothing away");
    breakers.asks(A);
    assertEquals(Set.of(A), breakers.silent(), "others do not wait for who finds out");
    assertTrue(breakers.isOpen(A));
    breakers.answered(A);
    assertEquals(Set.of(), breakers.silent());
    assertFalse(breakers.isOpen(A));
  }

  @Test
  void whoNeverAnswersIsAskedLessAndLess() {
    int probes = 0;
    breakers.failed(A);
    for (int second = 0; second < 600; second++) {
      pass(1);
      if (breakers.silent().isEmpty()) {
        probes++;
        breakers.asks(A);
        breakers.failed(A);
        breakers.failed(A);
      }
    }
    // After 1, 2, 4, 8, 16, and then each 30 seconds.
    assertEquals(5 + (600 - 31) / 30, probes);
  }

  @Test
  void manyFailuresAtOnceAreOne() {
    for (int i = 0; i < 100; i++) {
      breakers.failed(A);
    }
    breakers.failed(B);
    pass(1);
    assertEquals(Set.of(), breakers.silent());
  }

  @Test
  void aProbeThatEndsWithoutAWordIsFollowedByAnother() {
    breakers.failed(A);
    pass(1);
    breakers.asks(A);
    assertEquals(Set.of(A), breakers.silent());
    pass(1);
    assertEquals(Set.of(), breakers.silent());
  }

  @Test
  void whatIsLongAgoIsForgotten() {
    breakers.failed(A);
    pass(3_600);
    assertEquals(Set.of(), breakers.silent());
    assertFalse(breakers.isOpen(A));
  }
}
