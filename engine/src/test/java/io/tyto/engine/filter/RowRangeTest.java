package io.tyto.engine.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/// A range of rows judges and masks as a look at every row does.
final class RowRangeTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_123L);

  @Test
  void masksAndVerdictsAreThoseOfEveryRow() {
    Random random = new Random(SEED);
    for (int run = 0; run < 20_000; run++) {
      int present = random.nextInt(700);
      int from = random.nextInt(present + 1);
      int to = from + random.nextInt(present - from + 1);
      boolean negated = random.nextBoolean();
      RowRange range = new RowRange(from, to, present, negated);
      int first = random.nextInt(500);
      int count = 1 + random.nextInt(300);
      long[] mask = random.longs(5).toArray();
      long[] before = mask.clone();
      range.retain(mask, first, count);
      int passed = 0;
      for (int i = 0; i < 320; i++) {
        int row = first + i;
        boolean passes = row < present && (row >= from && row < to) != negated;
        passed += passes && i < count ? 1 : 0;
        boolean expected = Masks.get(before, i) && (i >= count || passes);
        assertEquals(expected, Masks.get(mask, i), range + " row " + row + " seed " + SEED);
      }
      assertEquals(
          Verdict.of(passed == 0, passed == count), range.judge(first, first + count), "" + range);
    }
  }
}
