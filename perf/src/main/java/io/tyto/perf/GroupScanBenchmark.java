package io.tyto.perf;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.engine.group.GroupScan;
import io.tyto.engine.group.Groups;
import io.tyto.engine.group.ScanKey;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentOptions;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// Scans of one segment by one thread, each beside a plain loop over arrays that hold the same
/// values decoded: what a scan costs beyond the sum itself.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class GroupScanBenchmark {
  private static final int COUNTRIES = 200;
  private static final int USERS = 100_000;
  private static final int WANTED = 7;
  private static final StateSpec COUNT = new StateSpec(new Measure.Count(), null);
  private static final StateSpec SUM =
      new StateSpec(new Measure.Column("score", Measure.Function.SUM), null);

  @Param({"1048576"})
  public int rows = 1 << 20;

  private final TableSchema schema =
      Tables.schema(
          """
          collection: cell
          fields:
            country: { type: string }
            user: { type: string }
            score: { type: long }
          """);
  private final Filter ofCountry = Questions.equal("country", name(WANTED));
  private final ExecutorService noHelpers = Executors.newSingleThreadExecutor();
  private int[] countries = {};
  private int[] users = {};
  private long[] scores = {};
  private Segment segment;

  @SuppressWarnings("NullAway") // the segment is set before the first call of a benchmark
  public GroupScanBenchmark() {}

  @Setup
  public void write() throws IOException {
    countries = new int[rows];
    users = new int[rows];
    scores = new long[rows];
    for (int i = 0; i < rows; i++) {
      countries[i] = (int) (COUNTRIES * EventRows.unit(i, 1));
      users[i] = (int) (USERS * EventRows.unit(i, 2));
      scores[i] = (long) Math.exp(14 * EventRows.unit(i, 3));
    }
    segment =
        Tables.segment(
            schema,
            SegmentOptions.MEASURED,
            rows,
            (i, row) -> {
              row.setBytes(0, name(countries[i]).getBytes(StandardCharsets.US_ASCII));
              row.setBytes(1, ("u" + users[i]).getBytes(StandardCharsets.US_ASCII));
              row.setLong(2, scores[i]);
            });
    check();
  }

  @TearDown
  public void release() {
    segment.release();
    noHelpers.shutdown();
  }

  private static String name(int country) {
    return "country" + country;
  }

  /// The baseline of baselines: one column read from memory.
  @Benchmark
  public long memoryRead() {
    long sum = 0;
    for (long score : scores) {
      sum += score;
    }
    return sum;
  }

  @Benchmark
  public Groups filteredSum() {
    return scan(null, ofCountry);
  }

  @Benchmark
  public long filteredSumBaseline() {
    long sum = 0;
    for (int i = 0; i < rows; i++) {
      sum += countries[i] == WANTED ? scores[i] : 0;
    }
    return sum;
  }

  @Benchmark
  public Groups groupBy200() {
    return scan("country", null);
  }

  @Benchmark
  public long[] groupBy200Baseline() {
    return sums(countries, COUNTRIES);
  }

  @Benchmark
  public Groups groupBy100k() {
    return scan("user", null);
  }

  @Benchmark
  public long[] groupBy100kBaseline() {
    return sums(users, USERS);
  }

  /// Counts and sums.
  private long[] sums(int[] groups, int count) {
    long[] sums = new long[2 * count];
    for (int i = 0; i < rows; i++) {
      int cell = 2 * groups[i];
      sums[cell]++;
      sums[cell + 1] += scores[i];
    }
    return sums;
  }

  private Groups scan(@Nullable String key, @Nullable Filter where) {
    QueryContext query = new QueryContext("perf", Duration.ofMinutes(1), 1L << 30);
    return GroupScan.run(
        new GroupScan.Spec(
            schema,
            TimeInterval.ALL_TIME,
            where,
            key == null ? List.of() : List.of(new ScanKey.ColumnKey(key)),
            List.of(COUNT, SUM)),
        List.of(segment),
        new ScanContext(query, noHelpers, 1, 1));
  }

  private void check() {
    long filtered = ((Number) requireValue(filteredSum(), 0)).longValue();
    Folders.require(filtered == filteredSumBaseline(), "the filtered sum is " + filtered);
    Folders.require(total(groupBy200()) == memoryRead(), "the sum by country");
    Folders.require(total(groupBy100k()) == memoryRead(), "the sum by user");
    long groups = java.util.Arrays.stream(users).distinct().count();
    Folders.require(groupBy100k().count() == groups, groups + " users");
  }

  private static long total(Groups groups) {
    long sum = 0;
    for (int group = 0; group < groups.count(); group++) {
      sum += ((Number) requireValue(groups, group)).longValue();
    }
    return sum;
  }

  private static Object requireValue(Groups groups, int group) {
    return java.util.Objects.requireNonNull(groups.state(1).value(group));
  }
}
