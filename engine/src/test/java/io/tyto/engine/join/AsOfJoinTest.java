package io.tyto.engine.join;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Against a search through all rows for each question.
class AsOfJoinTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final int[] POSITIONS = {2, 0, -1};

  private record Offered(int entity, long time, @Nullable Object text, @Nullable Object number) {}

  @Test
  void everyQuestionIsAnsweredAsByASearchThroughAllRows() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      int entities = 1 + random.nextInt(12);
      int times = 1 + random.nextInt(30);
      AsOfJoin join = new AsOfJoin(3, random.nextInt(4));
      int questions = random.nextInt(60);
      int[] asked = new int[questions];
      long[] when = new long[questions];
      for (int i = 0; i < questions; i++) {
        asked[i] = 1 + random.nextInt(entities);
        when[i] = random.nextInt(times);
        join.ask(asked[i], when[i]);
      }
      join.begin();
      List<Offered> rows = new ArrayList<>();
      for (int i = random.nextInt(80); i > 0; i--) {
        Offered row =
            new Offered(
                1 + random.nextInt(entities + 2),
                random.nextInt(times),
                random.nextInt(3) == 0 ? null : bytes("text" + i),
                random.nextInt(3) == 0 ? null : (Object) (long) i);
        rows.add(row);
        join.offer(row.entity(), cells(row), POSITIONS, row.time());
      }
      join.finish();
      for (int i = 0; i < questions; i++) {
        String what = "seed %d, round %d, question %d".formatted(SEED, round, i);
        check(join, i, 0, last(rows, asked[i], when[i], true), true, what);
        check(join, i, 1, last(rows, asked[i], when[i], false), false, what);
        assertTrue(AsOfJoin.isSame(null, join.value(i, 2)), what);
      }
    }
  }

  private static void check(
      AsOfJoin join,
      int question,
      int column,
      @Nullable Offered expected,
      boolean isText,
      String what) {
    Object value = expected == null ? null : isText ? expected.text() : expected.number();
    assertTrue(AsOfJoin.isSame(value, join.value(question, column)), what);
    if (expected != null) {
      assertEquals(expected.time(), join.timeOf(question, column), what);
    }
  }

  private static @Nullable Offered last(List<Offered> rows, int entity, long time, boolean isText) {
    Offered last = null;
    for (Offered row : rows) {
      boolean hasValue = (isText ? row.text() : row.number()) != null;
      boolean isCandidate = row.entity() == entity && row.time() <= time && hasValue;
      if (isCandidate && (last == null || row.time() >= last.time())) {
        last = row;
      }
    }
    return last;
  }

  private static Row cells(Offered offered) {
    Row row = new Row(3);
    if (offered.number() instanceof Long number) {
      row.setLong(0, number);
    }
    if (offered.text() instanceof byte[] text) {
      row.setBytes(2, text);
    }
    return row;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
