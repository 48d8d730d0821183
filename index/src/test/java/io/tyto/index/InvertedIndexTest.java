package io.tyto.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class InvertedIndexTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private static final int ROWS = 300_000;
  private static final int SLACK = 64;

  private final List<TreeSet<Integer>> expected = new ArrayList<>();
  private final InvertedIndex index = randomIndex();

  /// Ordinals from very rare to nearly all rows, with runs, duplicates and one that never occurs.
  private InvertedIndex randomIndex() {
    Random random = new Random(SEED);
    for (int ordinal = 0; ordinal < 40; ordinal++) {
      TreeSet<Integer> rows = new TreeSet<>();
      int count = ordinal == 7 ? 0 : (int) Math.pow(1.37, ordinal);
      int run = random.nextInt(ROWS);
      for (int i = 0; i < count; i++) {
        rows.add(ordinal % 3 == 0 ? (run + i) % ROWS : random.nextInt(ROWS));
      }
      expected.add(rows);
    }
    int[] occurrences = new int[expected.size()];
    for (int i = 0; i < occurrences.length; i++) {
      occurrences[i] = expected.get(i).size() + i % 2;
    }
    InvertedIndexBuilder builder = new InvertedIndexBuilder(occurrences);
    for (int i = 0; i < expected.size(); i++) {
      for (int row : expected.get(i)) {
        builder.add(i, row);
        builder.add(i, row);
      }
    }
    byte[] bytes = builder.build();
    return InvertedIndexes.open(MemorySegment.ofArray(Arrays.copyOf(bytes, bytes.length + SLACK)));
  }

  @Test
  void everyOrdinalKeepsItsRows() {
    assertEquals(expected.size(), index.ordinals());
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i).size(), index.cardinality(i));
      assertRows(expected.get(i), index.rows(i), "ordinal " + i + ", seed " + SEED);
    }
    assertThrows(IndexOutOfBoundsException.class, () -> index.rows(expected.size()));
  }

  @Test
  void rangesAndListsOfOrdinalsAreUnions() {
    TreeSet<Integer> range = new TreeSet<>();
    for (int i = 3; i < 20; i++) {
      range.addAll(expected.get(i));
    }
    assertRows(range, index.rowsBetween(3, 20), "range");
    TreeSet<Integer> picked = new TreeSet<>(expected.get(39));
    picked.addAll(expected.get(1));
    assertRows(picked, index.rowsOfAny(new int[] {39, 1, 7}, 3), "list");
    assertRows(new TreeSet<>(), index.rowsOfAny(new int[0], 0), "nothing");
  }

  @Test
  void rowSetsCombine() {
    TreeSet<Integer> left = expected.get(38);
    TreeSet<Integer> right = expected.get(36);
    TreeSet<Integer> both = new TreeSet<>(left);
    both.retainAll(right);
    TreeSet<Integer> either = new TreeSet<>(left);
    either.addAll(right);
    TreeSet<Integer> only = new TreeSet<>(left);
    only.removeAll(right);
    RowSet rows = index.rows(38);
    assertRows(both, rows.copy().and(index.rows(36)), "and");
    assertRows(either, rows.copy().or(index.rows(36)), "or");
    assertRows(only, rows.copy().andNot(index.rows(36)), "and not");
    assertRows(left, rows, "copies stand apart");
    assertRows(new TreeSet<>(List.of(5, 6, 7)), RowSets.range(5, 8), "range");
    assertRows(new TreeSet<>(List.of(5, 9)), RowSets.of(new int[] {5, 9, 11}, 2), "of");
    assertRows(new TreeSet<>(), RowSets.empty(), "empty");
  }

  @Test
  void anEmptyIndexHasNoOrdinals() {
    byte[] bytes = new InvertedIndexBuilder(new int[0]).build();
    MemorySegment padded = MemorySegment.ofArray(Arrays.copyOf(bytes, bytes.length + SLACK));
    assertEquals(0, InvertedIndexes.open(padded).ordinals());
  }

  @Test
  void otherBytesAreRefused() {
    MemorySegment other = MemorySegment.ofArray(new byte[100]);
    assertThrows(IllegalArgumentException.class, () -> InvertedIndexes.open(other));
  }

  private static void assertRows(TreeSet<Integer> expected, RowSet actual, String what) {
    assertEquals(expected.size(), actual.cardinality(), what);
    int[] positions = new int[4096];
    for (int from = 0; from < ROWS; from += 4096) {
      int to = Math.min(ROWS, from + 4096);
      int[] part = expected.subSet(from, to).stream().mapToInt(Integer::intValue).toArray();
      int count = actual.positions(from, to, positions);
      assertEquals(count, actual.countBetween(from, to), what);
      for (int i = 0; i < count; i++) {
        positions[i] += from;
      }
      assertArrayEquals(part, Arrays.copyOf(positions, count), what);
    }
  }
}
