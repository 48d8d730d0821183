package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.cube.CellScan;
import io.tyto.engine.cube.CubeBuilder;
import io.tyto.engine.row.Row;
import io.tyto.engine.rows.RandomTable;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.SourceView;
import io.tyto.engine.tail.Tail;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.GapFill;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Distinct entities of cells are exact: united over segments, tails and compactions, added up over
/// partitions, whatever part of a range is read from rows.
class CubeOfEntitiesTest {
  private static final long SEED = Long.getLong("test.seed", 19L);
  private static final int ROUNDS = 12 * Integer.getInteger("test.scale", 1);
  private static final int PARTITIONS = 3;
  private static final long START = Instant.parse("2026-03-20T00:00:00Z").getEpochSecond();
  private static final String[] COUNTRIES = {"de", "fr", "in", "br"};
  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(2);

  private static final TableSchema SCHEMA = schema();

  private final Map<String, Integer> ids = new HashMap<>();
  private final int[] lastIds = new int[PARTITIONS];
  private final List<Event> events = new ArrayList<>();

  private record Event(int partition, long seconds, String country, int user) {}

  @AfterAll
  static void stopWorkers() {
    WORKERS.shutdownNow();
  }

  private static TableSchema schema() {
    List<ColumnSpec> columns =
        List.of(
            RandomTable.column(SystemColumns.FIRST_USER_ID, "ts", ColumnType.TIMESTAMP),
            RandomTable.column(SystemColumns.FIRST_USER_ID + 1, "user", ColumnType.STRING),
            RandomTable.column(SystemColumns.FIRST_USER_ID + 2, "country", ColumnType.STRING));
    EventConfig config =
        EventConfig.of("visits", columns)
            .time("ts")
            .entity(new EventConfig.Entity("user", "user"))
            .cubes(
                List.of(
                    new Cube(
                        "by_country",
                        List.of("country"),
                        List.of(
                            Cube.Measure.COUNT, new Cube.Measure(Cube.Function.DISTINCT, "user")),
                        List.of(Granularity.DAY),
                        List.of(),
                        List.of(
                            Cube.Level.utc(Granularity.HOUR), Cube.Level.utc(Granularity.DAY)))))
            .build();
    return new TableSchema(1, 2, 3, "visits", 1, columns, config);
  }

  @Test
  void areCountedOnce(@TempDir Path folder) throws IOException {
    for (int round = 0; round < ROUNDS; round++) {
      long seed = SEED + round;
      try {
        check(new Random(seed), folder);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dtest.seed=" + seed, e);
      }
    }
  }

  private void check(Random random, Path folder) throws IOException {
    ids.clear();
    events.clear();
    Arrays.fill(lastIds, 0);
    int users = 1 + random.nextInt(300);
    List<RowSource> sources = new ArrayList<>();
    List<Segment> segments = new ArrayList<>();
    for (int part = 0; part < 2 + random.nextInt(8); part++) {
      int partition = random.nextInt(PARTITIONS);
      List<RowSource> tail = tail(partition, 1 + random.nextInt(3_000), users, random);
      if (random.nextInt(4) == 0) {
        sources.addAll(tail);
        continue;
      }
      Segment sealed = seal(tail, folder);
      segments.add(sealed);
      RowSource last = sources.isEmpty() ? sealed : sources.getLast();
      if (last != sealed && last instanceof Segment && last.partition() == partition) {
        sealed = seal(List.of(sources.removeLast(), sealed), folder);
        segments.add(sealed);
      }
      sources.add(sealed);
    }
    try (TableSnapshot snapshot =
        new TableSnapshot(SCHEMA, "s", sources, () -> segments.forEach(Segment::release))) {
      for (Segment segment : segments) {
        assertEquals(List.of(), segment.verify());
        assertEquals(List.of(), CubeBuilder.differences(SCHEMA, segment, CellScan.context()));
      }
      for (int question = 0; question < 6; question++) {
        ask(snapshot, random);
      }
    }
  }

  @Test
  void cellsOfOtherRowsAreFound(@TempDir Path folder) throws IOException {
    Random random = new Random(SEED);
    Segment right = seal(tail(0, 500, 20, random), folder);
    Segment other = seal(tail(0, 500, 20, random), folder);
    List<String> differences =
        CubeBuilder.differences(SCHEMA, new Mixed(right, other), CellScan.context());
    assertEquals(2, differences.size(), differences.toString());
    assertTrue(
        differences.getFirst().startsWith("cube by_country by HOUR UTC: "), differences.toString());
    right.release();
    other.release();
  }

  /// Rows of one source beside the cells of another.
  private record Mixed(RowSource source, RowSource others) implements SourceView {
    @Override
    public @Nullable ColumnReader column(int columnId) {
      return source.column(columnId);
    }

    @Override
    public List<CellSource> cells() {
      return others.cells();
    }
  }

  private void ask(TableSnapshot snapshot, Random random) {
    boolean wantsTotals = random.nextInt(4) == 0;
    ZoneId zone = random.nextBoolean() ? ZoneOffset.UTC : ZoneId.of("Europe/Berlin");
    long from = START + random.nextInt(86_400 * 3);
    long to = from + random.nextInt(86_400 * 9);
    AggregateQuery query =
        query(zone, Instant.ofEpochSecond(from), Instant.ofEpochSecond(to), wantsTotals);
    ScanContext context =
        new ScanContext(new QueryContext("test", Duration.ofMinutes(1), 1L << 30), WORKERS, 2, 5);
    AggregateResult result =
        check(query, from, to, wantsTotals, GroupSource.of(snapshot, context), context);
    boolean isSealed = snapshot.sources().stream().anyMatch(Segment.class::isInstance);
    boolean holdsADay = to - from > 2 * 86_400;
    assertTrue(
        !isSealed || !holdsADay || result.meta().servedBy().startsWith("cube:by_country"),
        () -> result.meta().servedBy() + " " + result.plan());
    Fleet fleet = new Fleet(snapshot, 2, random);
    check(query, from, to, wantsTotals, GroupSource.of(fleet.shared(), context), context);
  }

  private AggregateResult check(
      AggregateQuery query,
      long from,
      long to,
      boolean wantsTotals,
      GroupSource source,
      ScanContext context) {
    ZoneId zone = ((GroupKey.TimeBucket) query.groupBy().getFirst()).zone();
    AggregateResult result =
        AggregateRunner.run(query, null, source, new PlanLimits(100_000, 100_000), context);
    Set<Integer> all = new HashSet<>();
    Map<String, Set<Integer>> users = new TreeMap<>();
    Map<String, Long> counts = new HashMap<>();
    for (Event event : events) {
      if (event.seconds >= from && event.seconds < to) {
        String day =
            Instant.ofEpochSecond(event.seconds).atZone(zone).toLocalDate() + " " + event.country;
        users.computeIfAbsent(day, _ -> new HashSet<>()).add(event.user);
        counts.merge(day, 1L, Long::sum);
        all.add(event.user);
      }
    }
    assertEquals(users.size(), result.rowCount());
    for (int row = 0; row < result.rowCount(); row++) {
      var bucket = (io.tyto.model.result.Bucket) result.keys().get(0).value(row);
      String key = bucket.start().toLocalDate() + " " + result.keys().get(1).value(row);
      assertEquals(counts.get(key), result.measures().get(0).value(row), key);
      assertEquals((long) users.get(key).size(), result.measures().get(1).value(row), key);
    }
    if (wantsTotals) {
      assertEquals((long) all.size(), result.totals().get(1).value(0));
    }
    return result;
  }

  private static AggregateQuery query(ZoneId zone, Instant from, Instant to, boolean wantsTotals) {
    return new AggregateQuery(
        "visits",
        new TimeInterval(from, to),
        null,
        List.of(
            new GroupKey.TimeBucket(
                "ts", Granularity.DAY, 1, zone, DayOfWeek.MONDAY, null, GapFill.NONE, null, false),
            new GroupKey.Dimension("country")),
        List.of(new Measure.Count(), new Measure.Column("user", Measure.Function.COUNT_DISTINCT)),
        null,
        List.of(),
        null,
        null,
        false,
        null,
        null,
        new AggregateQuery.Wants(wantsTotals, false, false, false, false),
        100_000,
        0,
        null,
        "q");
  }

  /// Users of a partition are those whose number it is congruent to.
  private List<RowSource> tail(int partition, int rows, int users, Random random) {
    Tail tail = new Tail(SCHEMA, partition);
    Row row = new Row(3);
    // Of some days, so that others are of other sources alone.
    long first = START + random.nextInt(86_400 * 8);
    int span = 1 + random.nextInt((int) (START + 86_400 * 10 - first));
    for (int i = 0; i < rows; i++) {
      int user = random.nextInt(users) * PARTITIONS + partition;
      long seconds = first + random.nextInt(span);
      String country = COUNTRIES[random.nextInt(COUNTRIES.length)];
      events.add(new Event(partition, seconds, country, user));
      int id = ids.computeIfAbsent("u" + user, _ -> ++lastIds[partition]);
      row.clear();
      row.setLong(0, seconds * 1_000_000);
      row.setBytes(1, ("u" + user).getBytes(StandardCharsets.UTF_8));
      row.setBytes(2, country.getBytes(StandardCharsets.UTF_8));
      tail.append(row, "log", events.size(), seconds * 1_000_000, id);
    }
    tail.publish();
    return tail.view(rows);
  }

  private static Segment seal(List<RowSource> rows, Path folder) throws IOException {
    Path file = Files.createTempFile(folder, "visits", ".segment");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      new SegmentWriter()
          .write(
              SCHEMA,
              rows,
              null,
              bytes -> {
                while (bytes.hasRemaining()) {
                  channel.write(bytes);
                }
              });
    }
    return Segment.open(file, Files.size(file));
  }
}
