package io.tyto.engine.group;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Time buckets over sorted segments of several blocks are those of the same rows unsorted: the
/// ones are searched for, the others computed row by row.
class SortedBucketsTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_125L);
  private static final int ROWS = 150_000;
  private static final long SPAN = 30L * 86_400_000_000L;

  @TempDir Path folder;

  private final TableSchema schema =
      RandomTable.schema(
          "t",
          List.of(
              RandomTable.column(16, "at", ColumnType.TIMESTAMP),
              RandomTable.column(17, "few", ColumnType.LONG),
              RandomTable.column(18, "many", ColumnType.LONG)),
          "at");

  @Test
  void bucketsOfSortedAndUnsortedRowsAreTheSame() throws IOException {
    Random random = new Random(SEED);
    List<RowSource> unsorted = tail(random);
    Path file = folder.resolve("sorted.seg");
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      new SegmentWriter()
          .write(
              schema,
              unsorted,
              null,
              bytes -> {
                while (bytes.hasRemaining()) {
                  channel.write(bytes);
                }
              });
    }
    Segment sorted = Segment.open(file, Files.size(file));
    try (ExecutorService workers = Executors.newFixedThreadPool(2)) {
      for (BucketAxis axis : axes(random)) {
        for (List<String> keys :
            List.of(List.of("at"), List.of("at", "few"), List.of("few", "at"))) {
          for (GroupScan.Spec spec : specs(axis, keys)) {
            assertEquals(
                answer(spec, unsorted, workers),
                answer(spec, List.of(sorted), workers),
                "seed " + SEED + ", " + spec);
          }
        }
      }
    }
    sorted.release();
  }

  /// Bursts and lulls, ties, disorder and rows without a time.
  private List<RowSource> tail(Random random) {
    Tail tail = new Tail(schema, 0);
    Row row = new Row(3);
    double burst = 0;
    for (int i = 0; i < ROWS; i++) {
      if (random.nextInt(5_000) == 0) {
        burst = random.nextDouble() * SPAN;
      }
      row.clear();
      if (random.nextInt(40) == 0) {
        row.setNull(0);
      } else {
        double at = random.nextInt(3) == 0 ? random.nextDouble() * SPAN : burst + i * 1_000.0;
        row.setLong(0, (long) at / 1_000 * 1_000);
      }
      row.setLong(1, random.nextInt(7));
      row.setLong(2, random.nextLong());
      tail.append(row, "log", i, 0, 0);
    }
    tail.publish();
    return tail.view(ROWS);
  }

  /// Equal and unequal widths, from seconds to one bucket for all; some leave rows out.
  private static List<BucketAxis> axes(Random random) {
    long hour = 3_600_000_000L;
    long[] ragged =
        LongStream.concat(
                LongStream.of(0, SPAN * 2), random.longs(500, 1, SPAN).map(t -> t / 7 * 7))
            .sorted()
            .distinct()
            .toArray();
    return List.of(
        new BucketAxis(LongStream.rangeClosed(0, 31 * 24).map(h -> h * hour).toArray()),
        new BucketAxis(LongStream.rangeClosed(-1, 40).map(d -> d * 24 * hour).toArray()),
        new BucketAxis(LongStream.rangeClosed(100, 20_000).map(m -> m * hour / 60).toArray()),
        new BucketAxis(new long[] {SPAN / 3, SPAN / 2}),
        new BucketAxis(new long[] {-1, Long.MAX_VALUE}),
        new BucketAxis(ragged));
  }

  private List<GroupScan.Spec> specs(BucketAxis axis, List<String> keys) {
    List<ScanKey> scanKeys =
        keys.stream()
            .map(key ->
                key.equals("at")
                    ? (ScanKey) new ScanKey.BucketKey("at", axis)
                    : new ScanKey.ColumnKey(key))
            .toList();
    Filter some = new Filter.Compare("few", Filter.Op.LT, 3L, false);
    List<StateSpec> states =
        List.of(
            new StateSpec(new Measure.Count(), null),
            new StateSpec(new Measure.Column("few", Measure.Function.SUM), null),
            new StateSpec(new Measure.Column("many", Measure.Function.MAX), null),
            new StateSpec(new Measure.Column("few", Measure.Function.SUM), some),
            new StateSpec(new Measure.Count(), some));
    TimeInterval range =
        new TimeInterval(Instant.EPOCH.plusSeconds(100_000), Instant.EPOCH.plusSeconds(2_000_000));
    Filter other = new Filter.Compare("few", Filter.Op.NE, 5L, false);
    return List.of(
        new GroupScan.Spec(schema, TimeInterval.ALL_TIME, null, scanKeys, states),
        new GroupScan.Spec(schema, range, null, scanKeys, states.subList(0, 2)),
        new GroupScan.Spec(schema, range, other, scanKeys, states));
  }

  private static TreeMap<String, String> answer(
      GroupScan.Spec spec, List<RowSource> sources, ExecutorService workers) {
    QueryContext query = new QueryContext("test", Duration.ofMinutes(1), 1L << 30);
    Groups groups = GroupScan.run(spec, sources, new ScanContext(query, workers, 2, 1));
    TreeMap<String, String> rows = new TreeMap<>();
    for (int group = 0; group < groups.count(); group++) {
      StringBuilder key = new StringBuilder();
      StringBuilder values = new StringBuilder();
      for (GroupKeys keys : groups.keys()) {
        key.append(keys.value(group)).append(' ');
      }
      for (int state = 0; state < groups.states().size(); state++) {
        values.append(groups.state(state).value(group)).append(' ');
      }
      rows.put(key.toString(), values.toString());
    }
    return rows;
  }
}
