package io.tyto.engine.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.rows.RowReading;
import io.tyto.engine.source.Ascending;
import io.tyto.engine.source.RowSource;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Rows of a segment ascend by event time, those of one time as they arrived, and stay whole.
final class SegmentOrderTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_122L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);

  @TempDir Path folder;

  /// How event times relate to arrival.
  private enum Disorder {
    NONE,
    TIES,
    SECONDS,
    NULLS,
    RANDOM,
    BACKWARDS
  }

  @Test
  void rowsAscendByTimeAndTiesByArrival() throws IOException {
    for (int run = 0; run < SCALE; run++) {
      for (Disorder disorder : Disorder.values()) {
        for (String options : List.of("", "no_dictionary", "index,dictionary", "delta")) {
          compare(disorder, SegmentOptions.parse(options), SEED + run);
        }
      }
    }
  }

  /// Seals three segments from tails, then merges these and another tail, without some rows.
  private void compare(Disorder disorder, SegmentOptions options, long seed) throws IOException {
    RandomTable table = new RandomTable(seed);
    Random random = new Random(seed);
    List<RowSource> sources = new ArrayList<>();
    List<Segment> opened = new ArrayList<>();
    List<@Nullable Object[]> kept = new ArrayList<>();
    RowFilter keep = (source, row) -> (source + row) % 7 != 0;
    for (int i = 0; i < 4; i++) {
      List<@Nullable Object[]> rows = SegmentFiles.rows(table, 200 + random.nextInt(6_000));
      disarrange(rows, disorder, random);
      List<RowSource> tail =
          SegmentFiles.tail(table.schema(), rows, i * 100_000L).view(rows.size());
      List<@Nullable Object[]> numbered = number(rows, i * 100_000L);
      if (i < 3) {
        Path file = folder.resolve(disorder + "-" + i);
        Segment segment = SegmentFiles.writeAndOpen(options, table.schema(), tail, null, file);
        opened.add(segment);
        tail = List.of(segment);
        numbered = inOrder(numbered);
        assertRows(table, numbered, segment, disorder + " " + seed);
      }
      for (RowSource source : tail) {
        for (int row = 0; row < source.rowCount(); row++) {
          @Nullable Object[] next = numbered.removeFirst();
          if (keep.keeps(sources.size(), row)) {
            kept.add(next);
          }
        }
        sources.add(source);
      }
    }
    Segment merged =
        SegmentFiles.writeAndOpen(
            options, table.schema(), sources, keep, folder.resolve(disorder + "-merged"));
    opened.add(merged);
    assertRows(table, inOrder(kept), merged, disorder + " " + seed);
    opened.forEach(Segment::release);
  }

  private static void disarrange(List<@Nullable Object[]> rows, Disorder disorder, Random random) {
    for (int i = 0; i < rows.size(); i++) {
      long time = (long) rows.get(i)[0];
      rows.get(i)[0] =
          switch (disorder) {
            case NONE -> (Object) time;
            case TIES -> time / 100_000 * 100_000;
            case SECONDS -> time - (long) (Math.pow(random.nextDouble(), 8) * 50_000);
            case NULLS -> random.nextInt(5) == 0 ? null : time - random.nextInt(2_000);
            case RANDOM -> random.nextBoolean() ? random.nextLong() : random.nextInt(100);
            case BACKWARDS -> -time / 10_000;
          };
    }
  }

  /// Rows with their offset behind their values.
  private static List<@Nullable Object[]> number(List<@Nullable Object[]> rows, long firstOffset) {
    List<@Nullable Object[]> numbered = new ArrayList<>();
    for (@Nullable Object[] row : rows) {
      @Nullable Object[] longer = Arrays.copyOf(row, row.length + 1);
      longer[row.length] = firstOffset + numbered.size();
      numbered.add(longer);
    }
    return numbered;
  }

  private static List<@Nullable Object[]> inOrder(List<@Nullable Object[]> rows) {
    List<@Nullable Object[]> sorted = new ArrayList<>(rows);
    sorted.sort(
        Comparator.comparing(
            row -> (Long) row[0], Comparator.nullsLast(Comparator.naturalOrder())));
    return sorted;
  }

  private static void assertRows(
      RandomTable table, List<@Nullable Object[]> expected, Segment segment, String what) {
    assertEquals(String.valueOf(SystemColumns.FIRST_USER_ID), segment.sortKey());
    assertEquals(List.of(), segment.verify(), what);
    List<ColumnSpec> columns = new ArrayList<>(table.schema().columns());
    columns.add(table.schema().column("_offset"));
    for (int c = 0; c < columns.size(); c++) {
      RowReading.assertSame(
          column(expected, c),
          RowReading.column(List.of(segment), columns.get(c).id(), new Random(SEED)),
          what + " " + columns.get(c).name() + " " + columns.get(c).type());
    }
  }

  /// Over several blocks, the last values null.
  @Test
  void firstRowsAreFoundAsByLookingAtAll() throws IOException {
    ColumnSpec time = RandomTable.column(16, "at", ColumnType.TIMESTAMP);
    TableSchema schema = RandomTable.schema("t", List.of(time), "at");
    for (String encoding : List.of("", "delta", "packed", "run_length", "patched", "plain")) {
      Random random = new Random(SEED);
      int count = 2 * RowSource.BLOCK_ROWS + random.nextInt(RowSource.BLOCK_ROWS);
      int nulls = random.nextInt(2 * RowSource.BLOCK_ROWS);
      long[] times = random.longs(count - nulls, 0, count / 2).map(t -> t * 3).sorted().toArray();
      List<@Nullable Object[]> rows = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        rows.add(new Object[] {i < times.length ? times[i] : null});
      }
      Segment segment =
          SegmentFiles.writeAndOpen(
              SegmentOptions.parse(encoding),
              schema,
              SegmentFiles.tail(schema, rows, 0).view(count),
              null,
              folder.resolve("ascending-" + encoding));
      assertNull(segment.column(SystemColumns.OFFSET).ascending());
      Ascending ascending = segment.column(16).ascending();
      assertEquals(times.length, ascending.present());
      for (int i = 0; i < 2_000; i++) {
        long value = random.nextInt(count * 2) - 10;
        int expected = 0;
        int end = times.length;
        while (expected < end) {
          int middle = (expected + end) / 2;
          if (times[middle] < value) {
            expected = middle + 1;
          } else {
            end = middle;
          }
        }
        assertEquals(expected, ascending.firstAtLeast(value), encoding + " " + value);
        int row = random.nextInt(times.length);
        assertEquals(times[row], ascending.value(row));
      }
      assertEquals(0, ascending.firstAtLeast(Long.MIN_VALUE));
      assertEquals(times.length, ascending.firstAtLeast(Long.MAX_VALUE));
      segment.release();
    }
  }

  private static List<@Nullable Object> column(List<@Nullable Object[]> rows, int at) {
    List<@Nullable Object> values = new ArrayList<>();
    rows.forEach(row -> values.add(row[at]));
    return values;
  }

  @Test
  void runsAreMergedStably() {
    Random random = new Random(SEED);
    for (int run = 0; run < 300; run++) {
      int count = random.nextInt(3_000);
      int range = 1 + random.nextInt(1 << random.nextInt(20));
      int ascent = random.nextInt(3) * random.nextInt(range);
      long[] keys = new long[count];
      for (int i = 0; i < count; i++) {
        keys[i] = (long) i * ascent / 50 + random.nextInt(range);
      }
      int[] items = IntStream.range(0, count).toArray();
      long[] given = keys.clone();
      int[] expected =
          IntStream.range(0, count)
              .boxed()
              .sorted(Comparator.comparingLong(i -> given[i]))
              .mapToInt(i -> i)
              .toArray();
      RunMerge.sort(keys, items, count);
      assertArrayEquals(expected, items, "seed " + SEED + ", run " + run);
    }
  }
}
