package io.tyto.engine.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentOptions;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.RowSource;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.GroupKey.GapFill;
import io.tyto.model.query.GroupKey.Granularity;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.BinKey;
import io.tyto.model.result.Bucket;
import io.tyto.model.result.ResultColumn;
import io.tyto.testkit.duckdb.DuckDb;
import io.tyto.testkit.duckdb.DuckDbDialect;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Array;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Thousands of random queries against DuckDB over the same rows: in tails and segments split at
/// random, in segments that are compacted into one, and with every encoding, dictionary, index and
/// codec forced in turn. No answer may differ from the oracle's.
class DuckDbDifferentialTest {
  private static final long SEED = Long.getLong("test.seed", 20_261_121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final int QUERIES_PER_TABLE = 120;
  private static final int MAX_ROWS = 900;
  private static final double TOLERANCE = 1e-9;
  private static final List<String> FORCED =
      List.of(
          "",
          "constant",
          "plain",
          "packed",
          "patched",
          "delta",
          "run_length",
          "distinct",
          "scaled",
          "fixed",
          "chunked",
          "strings",
          "dictionary",
          "no_dictionary",
          "index",
          "no_index",
          "index,dictionary",
          "no_dictionary,lz4",
          "no_dictionary,zstd");
  private static final ExecutorService WORKERS = Executors.newFixedThreadPool(2);

  @TempDir Path folder;

  @AfterAll
  static void stop() {
    WORKERS.shutdownNow();
  }

  @Test
  void noAnswerDiffersFromTheOracles() throws Exception {
    int asked = 0;
    for (int t = 0; t < FORCED.size() * SCALE; t++) {
      long seed = SEED + t * 7_919L;
      String forced = FORCED.get(t % FORCED.size());
      System.setProperty(SegmentOptions.PROPERTY, forced);
      try {
        asked += table(seed, forced);
      } finally {
        System.clearProperty(SegmentOptions.PROPERTY);
      }
    }
    System.out.printf("DuckDbDifferentialTest: %,d queries equal, seed %d%n", asked, SEED);
    assertTrue(asked > 1_000 * SCALE, "only " + asked + " queries had SQL");
  }

  private int table(long seed, String forced) throws IOException, SQLException {
    Random random = new Random(seed);
    GameTable table = GameTable.random(random.nextInt(MAX_ROWS), random);
    List<Map<String, Object>> rows = new ArrayList<>();
    table.events().forEach(event -> rows.add(event.values()));
    DuckDbDialect dialect = new DuckDbDialect(table.schema());
    RandomQueries queries = new RandomQueries(random);
    int asked = 0;
    try (DuckDb oracle = new DuckDb(table.schema(), rows);
        TableSnapshot split = table.snapshot(1 + random.nextInt(4), random, folder);
        TableSnapshot compacted = compacted(split)) {
      for (int q = 0; q < QUERIES_PER_TABLE; q++) {
        AggregateQuery query = plain(queries.aggregate(), dialect);
        Optional<String> sql = dialect.select(query);
        if (sql.isEmpty() || query.measures().isEmpty()) {
          continue;
        }
        List<List<@Nullable Object>> expected = oracleRows(oracle.query(sql.get()));
        for (TableSnapshot snapshot : List.of(split, compacted)) {
          compare(expected, query, snapshot, seed, forced + "\n" + sql.get());
        }
        asked++;
      }
    }
    return asked;
  }

  private static void compare(
      List<List<@Nullable Object>> expected,
      AggregateQuery query,
      TableSnapshot snapshot,
      long seed,
      String what) {
    List<List<@Nullable Object>> actual = run(query, snapshot);
    String message = "-Dtest.seed=" + seed + " " + what + "\n" + query;
    assertEquals(expected.size(), actual.size(), message);
    for (int i = 0; i < expected.size(); i++) {
      for (int j = 0; j < expected.get(i).size(); j++) {
        if (!isSame(expected.get(i).get(j), actual.get(i).get(j))) {
          throw new AssertionError(
              message + "\nrow " + i + ": expected " + expected.get(i) + ", got " + actual.get(i));
        }
      }
    }
  }

  /// The query without what the oracle's dialect does not spell.
  private static AggregateQuery plain(AggregateQuery query, DuckDbDialect dialect) {
    List<GroupKey> keys = query.groupBy().stream().map(DuckDbDifferentialTest::plain).toList();
    List<Measure> measures = new ArrayList<>();
    AggregateQuery bare = with(query, keys, List.of(new Measure.Count()), null);
    for (Measure measure : query.measures()) {
      AggregateQuery one = with(bare, keys, List.of(measure), null);
      if (dialect.select(one).isPresent()) {
        measures.add(measure);
      }
    }
    AggregateQuery whole = with(query, keys, measures, query.having());
    return dialect.select(whole).isPresent() ? whole : with(query, keys, measures, null);
  }

  private static AggregateQuery with(
      AggregateQuery query,
      List<GroupKey> keys,
      List<Measure> measures,
      AggregateQuery.@Nullable Having having) {
    return new AggregateQuery(
        query.collection(),
        query.range(),
        query.where(),
        keys,
        measures,
        having,
        List.of(),
        null,
        null,
        false,
        null,
        null,
        AggregateQuery.Wants.ROWS,
        1_000_000,
        0,
        null,
        "oracle");
  }

  private static GroupKey plain(GroupKey key) {
    if (!(key instanceof GroupKey.TimeBucket bucket)) {
      return key;
    }
    boolean isFine = bucket.granularity().ordinal() <= Granularity.HOUR.ordinal();
    return new GroupKey.TimeBucket(
        bucket.column(),
        bucket.granularity() == Granularity.ALL ? Granularity.YEAR : bucket.granularity(),
        1,
        isFine ? ZoneId.of("UTC") : bucket.zone(),
        bucket.weekStart(),
        null,
        GapFill.NONE,
        null,
        false);
  }

  /// Each partition's sources as one segment, as compaction writes it.
  private TableSnapshot compacted(TableSnapshot split) throws IOException {
    Map<Integer, List<RowSource>> partitions = new TreeMap<>();
    for (RowSource source : split.sources()) {
      partitions.computeIfAbsent(source.partition(), _ -> new ArrayList<>()).add(source);
    }
    List<Segment> segments = new ArrayList<>();
    for (List<RowSource> sources : partitions.values()) {
      Path file = Files.createTempFile(folder, "compacted", ".segment");
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        new SegmentWriter()
            .write(
                split.schema(),
                sources,
                null,
                bytes -> {
                  while (bytes.hasRemaining()) {
                    channel.write(bytes);
                  }
                });
      }
      segments.add(Segment.open(file, Files.size(file)));
    }
    return new TableSnapshot(
        split.schema(),
        "compacted",
        List.copyOf(segments),
        () -> segments.forEach(Segment::release));
  }

  private static List<List<@Nullable Object>> run(AggregateQuery query, TableSnapshot snapshot) {
    QueryContext asked = new QueryContext("oracle", Duration.ofMinutes(1), 1L << 30);
    ScanContext context = new ScanContext(asked, WORKERS, 2, 42);
    AggregateResult result =
        AggregateRunner.run(
            query,
            null,
            GroupSource.of(snapshot, context),
            new PlanLimits(1_000_000, 10_000_000),
            context);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (int i = 0; i < result.rowCount(); i++) {
      List<@Nullable Object> row = new ArrayList<>();
      for (ResultColumn key : result.keys()) {
        row.add(canonical(key.value(i)));
      }
      for (ResultColumn measure : result.measures()) {
        row.add(canonical(measure.value(i)));
      }
      rows.add(row);
    }
    return sorted(rows);
  }

  private static List<List<@Nullable Object>> oracleRows(List<List<@Nullable Object>> raw)
      throws SQLException {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (List<@Nullable Object> cells : raw) {
      List<@Nullable Object> row = new ArrayList<>();
      for (Object cell : cells) {
        row.add(canonical(cell instanceof Array array ? arrayList(array) : cell));
      }
      rows.add(row);
    }
    return sorted(rows);
  }

  private static List<@Nullable Object> arrayList(Array array) throws SQLException {
    return Arrays.asList((@Nullable Object[]) array.getArray());
  }

  private static @Nullable Object canonical(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Bucket bucket -> bucket.start().toLocalDateTime().toString();
      case Timestamp time -> time.toLocalDateTime().toString();
      case LocalDateTime time -> time.toString();
      case Instant instant -> DuckDbDialect.local(instant, ZoneId.of("UTC")).toString();
      case LocalDate date -> date.toString();
      case java.sql.Date date -> date.toLocalDate().toString();
      case BinKey bin -> Arrays.asList(bin.from(), bin.to());
      case UUID uuid -> uuid.toString();
      case InetAddress address -> address.getHostAddress();
      case Number number -> number.doubleValue() == 0 ? 0.0 : number.doubleValue();
      case List<?> list -> {
        List<@Nullable Object> canonical = new ArrayList<>();
        list.forEach(element -> canonical.add(canonical(element)));
        // Quantiles of nothing are null there, a list of nulls here.
        yield canonical.stream().allMatch(Objects::isNull) ? null : canonical;
      }
      default -> value;
    };
  }

  /// By the text of the keys, so that both sides meet in one order.
  private static List<List<@Nullable Object>> sorted(List<List<@Nullable Object>> rows) {
    List<List<@Nullable Object>> copy = new ArrayList<>(rows);
    copy.sort(DuckDbDifferentialTest::compareRows);
    return copy;
  }

  private static int compareRows(List<@Nullable Object> left, List<@Nullable Object> right) {
    for (int i = 0; i < left.size(); i++) {
      if (!isSame(left.get(i), right.get(i))) {
        return String.valueOf(left.get(i)).compareTo(String.valueOf(right.get(i)));
      }
    }
    return 0;
  }

  private static boolean isSame(@Nullable Object expected, @Nullable Object actual) {
    if (expected instanceof Double left && actual instanceof Double right) {
      return left.equals(right)
          || Math.abs(left - right) <= TOLERANCE * Math.max(1, Math.abs(left));
    }
    if (expected instanceof List<?> left && actual instanceof List<?> right) {
      for (int i = 0; i < left.size() && left.size() == right.size(); i++) {
        if (!isSame(left.get(i), right.get(i))) {
          return false;
        }
      }
      return left.size() == right.size();
    }
    return expected == null ? actual == null : expected.equals(actual);
  }
}
