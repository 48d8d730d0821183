package io.tyto.cluster.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HedgingTest {
  @Test
  void waitsForAsLongAsMostTookOfLate() {
    Hedging hedging = new Hedging();
    assertEquals(TimeUnit.MILLISECONDS.toNanos(500), hedging.delayNanos());
    for (int i = 0; i < 1_000; i++) {
      hedging.took(TimeUnit.MILLISECONDS.toNanos(i % 10 == 0 ? 80 : 40));
    }
    assertEquals(TimeUnit.MILLISECONDS.toNanos(80), hedging.delayNanos());
    for (int i = 0; i < 1_000; i++) {
      hedging.took(1);
    }
    assertEquals(TimeUnit.MILLISECONDS.toNanos(20), hedging.delayNanos());
  }

  @Test
  void atMostOneInTwentyIsAskedTwice() {
    Hedging hedging = new Hedging();
    int hedged = 0;
    for (int i = 0; i < 10_000; i++) {
      hedging.took(1);
      hedged += hedging.mayHedge() ? 1 : 0;
    }
    assertEquals(10_000 / 20, hedged);
  }
}
