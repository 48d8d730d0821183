package io.tyto.engine.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.scan.ScanContext;
import io.tyto.model.query.QueryContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// The sets and ranks behind distinct counts and exact quantiles, against plain collections.
class GroupedStatesTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(2);

  private final Random random = new Random(SEED);

  @AfterAll
  static void stop() {
    WORKERS.shutdown();
  }

  private static ScanContext context() {
    QueryContext query = new QueryContext("test", Duration.ofMinutes(1), 1L << 30);
    return new ScanContext(query, WORKERS, 3, SEED);
  }

  /// Codes that mostly keep to a group of their own; 0 is none.
  private int[][] batch(int groups, int codes, int rows, double journeys) {
    int[][] batch = new int[2][rows];
    for (int i = 0; i < rows; i++) {
      int code = random.nextInt(codes);
      batch[1][i] = code;
      batch[0][i] = random.nextDouble() < journeys ? random.nextInt(groups) : code * 31 % groups;
    }
    return batch;
  }

  @Test
  void codesAtHomeAndAbroadAreCountedOnce() {
    for (int round = 0; round < 40; round++) {
      int groups = 1 + random.nextInt(60);
      int codes = 2 + random.nextInt(2_000);
      List<CodeGroups> lanes = List.of(new CodeGroups(), new CodeGroups());
      List<Set<Integer>> expected = new ArrayList<>();
      for (int group = 0; group < groups; group++) {
        expected.add(new HashSet<>());
      }
      for (int i = 0; i < 12; i++) {
        int[][] batch = batch(groups, codes, 1 + random.nextInt(1_000), round % 10 / 10.0);
        CodeGroups lane = lanes.get(i % 2);
        lane.ensureGroups(groups);
        lane.add(batch[0], batch[1], batch[0].length, codes);
        for (int row = 0; row < batch[0].length; row++) {
          if (batch[1][row] != 0) {
            expected.get(batch[0][row]).add(batch[1][row]);
          }
        }
      }
      lanes.getFirst().merge(lanes.getLast());
      CodeSets sets = new CodeSets();
      sets.ensureGroups(groups);
      lanes.getFirst().forEach((group, code) -> sets.add(group, code, codes));
      for (int group = 0; group < groups; group++) {
        String where = "seed " + SEED + " round " + round + " group " + group;
        assertEquals(expected.get(group).size(), lanes.getFirst().count(group), where);
        assertEquals(expected.get(group).size(), sets.count(group), where);
      }
    }
  }

  @Test
  void setsMergeWithWhatTheyShare() {
    CodeSets first = new CodeSets();
    CodeSets second = new CodeSets();
    for (CodeSets each : List.of(first, second)) {
      each.ensureGroups(3);
    }
    first.add(0, new int[] {1, 2, 0, 2}, 4, 100);
    second.add(0, new int[] {2, 3}, 2, 100);
    CodeSets union = new CodeSets();
    union.ensureGroups(2);
    union.merge(first, 0, 0, 100);
    union.merge(second, 0, 0, 100);
    union.merge(second, 0, 1, 100);
    assertEquals(List.of(3, 2), List.of(union.count(0), union.count(1)));
    assertEquals(List.of(2, 2), List.of(first.count(0), second.count(0)));
  }

  @Test
  void everyRankIsThatOfTheSortedValues() {
    long[][] ranges = {
      {0, 0},
      {-5, 90},
      {0, 4_095},
      {-7, 4_090},
      {3, 3_600_000},
      {Integer.MIN_VALUE, 1L << 40},
      {Long.MIN_VALUE, Long.MAX_VALUE}
    };
    for (long[] range : ranges) {
      int groups = 1 + random.nextInt(7);
      int rows = 1 + random.nextInt(200_000);
      long[][] sorted = new long[groups][0];
      RankedValues first = new RankedValues(range[0], range[1]);
      RankedValues second = new RankedValues(range[0], range[1]);
      first.ensureGroups(groups);
      second.ensureGroups(groups);
      int[] groupOf = new int[rows];
      long[] values = new long[rows];
      for (int i = 0; i < rows; i++) {
        groupOf[i] = random.nextInt(groups);
        values[i] = value(range[0], range[1]);
      }
      first.add(groupOf, values, rows / 2);
      second.add(
          Arrays.copyOfRange(groupOf, rows / 2, rows),
          Arrays.copyOfRange(values, rows / 2, rows),
          rows - rows / 2);
      first.merge(second);
      int[][] ranks = new int[groups][];
      for (int group = 0; group < groups; group++) {
        int wanted = group;
        sorted[group] =
            IntStream.range(0, rows)
                .filter(i -> groupOf[i] == wanted)
                .mapToLong(i -> values[i])
                .sorted()
                .toArray();
        int count = sorted[group].length;
        assertEquals(count, first.count(group));
        ranks[group] = count == 0 ? new int[0] : new int[] {0, count / 3, count / 2, count - 1};
      }
      long[][] found = first.select(ranks, context());
      for (int group = 0; group < groups; group++) {
        for (int i = 0; i < ranks[group].length; i++) {
          assertEquals(
              sorted[group][ranks[group][i]],
              found[group][i],
              "seed " + SEED + " range " + Arrays.toString(range));
        }
      }
    }
  }

  /// Mostly near the lower end.
  private long value(long least, long greatest) {
    long span = greatest - least;
    if (span < 0) {
      return random.nextLong();
    }
    long value = least + (long) (span * Math.pow(random.nextDouble(), 6));
    assertTrue(value >= least && value <= greatest, "within the range");
    return value;
  }
}
