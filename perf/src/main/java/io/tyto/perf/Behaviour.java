package io.tyto.perf;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.engine.row.Row;
import io.tyto.engine.segment.Segment;
import io.tyto.engine.segment.SegmentWriter;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.tail.Tail;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.FunnelQuery;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.RetentionQuery;
import io.tyto.model.query.SessionsQuery;
import io.tyto.model.query.TimeInterval;
import io.tyto.model.result.FunnelResult;
import io.tyto.model.result.RetentionResult;
import io.tyto.model.result.SessionsResult;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/// Times funnels, retention and sessions beside the same in DuckDB's SQL, over the same rows and in
/// turns, after both gave the same answer: `Behaviour [rows] [users] [runs]`.
public final class Behaviour {
  private static final int PARTITIONS = 4;
  private static final int SEGMENT_ROWS = 1 << 20;
  private static final int THREADS = 2;
  private static final long START_MICROS = 1_767_225_600_000_000L;
  private static final long DAY_MICROS = 86_400_000_000L;
  private static final int DAYS = 90;

  /// Of a hundred events so many are views, carts and so on.
  private static final List<String> TYPES =
      List.of("view", "cart", "buy", "tutorial", "refund", "other");

  private static final int[] PERCENT = {60, 20, 8, 3, 1, 8};

  private static final String CONFIG =
      """
      collection: event
      time: ts
      entity: { name: user, key: user_id }
      fields:
        ts: { type: timestamp }
        user_id: { type: string }
        type: { type: string }
      """;

  /// A funnel of two steps as SQL can have it too: faster than windows where few events are of
  /// either step.
  private static final String JOIN =
      """
      with a as (select user_id, ts from e where type = 'tutorial'),
      b as (select user_id, ts from e where type = 'buy')
      select concat_ws(',', (select count(distinct user_id) from a),
        (select count(distinct a.user_id) from a join b on a.user_id = b.user_id
          and b.ts >= a.ts and b.ts <= a.ts + interval 1 day))
      """;

  private Behaviour() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000_000;
    int users = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1_000_000;
    int runs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 7;
    Path folder = Files.createTempDirectory("tyto-perf");
    try {
      run(folder, rows, users, runs, System.out);
    } finally {
      Folders.delete(folder);
    }
  }

  /// Event i of the data set.
  private record Event(long micros, int user, int type) {
    static Event of(int i, int rows, int users) {
      SplittableRandom random = new SplittableRandom(i);
      long micros =
          START_MICROS
              + (long) ((double) i / rows * DAYS * DAY_MICROS)
              + random.nextLong(60_000_000L);
      // Some users do far more than others.
      int user = (int) (users * Math.pow(random.nextDouble(), 2));
      int percent = random.nextInt(100);
      int type = 0;
      while (percent >= PERCENT[type]) {
        percent -= PERCENT[type++];
      }
      return new Event(micros, user, type);
    }
  }

  static void run(Path folder, int rows, int users, int runs, PrintStream out)
      throws IOException, SQLException {
    TableSchema schema = Tables.schema(CONFIG);
    List<Segment> segments = segments(folder, schema, rows, users);
    try (Connection duck = duckDb(rows, users);
        Statement sql = duck.createStatement();
        LocalQueryService tyto =
            new LocalQueryService(
                _ -> new TableSnapshot(schema, "perf", List.<RowSource>copyOf(segments), () -> {}),
                EngineOptions.defaults().withoutCache().withWorkers(THREADS))) {
      out.printf(Locale.ROOT, "%,d events of %,d users, %d threads each%n", rows, users, THREADS);
      String three = funnelSql(7, "view", "cart", "buy");
      funnel(tyto, sql, runs, out, three, 7, "view", "cart", "buy");
      funnel(tyto, sql, runs, out, funnelSql(1, "tutorial", "buy"), 1, "tutorial", "buy");
      funnel(tyto, sql, runs, out, JOIN, 1, "tutorial", "buy");
      retention(tyto, sql, runs, out);
      sessions(tyto, sql, runs, out);
    } finally {
      segments.forEach(Segment::release);
    }
  }

  private static List<Segment> segments(Path folder, TableSchema schema, int rows, int users)
      throws IOException {
    List<Segment> segments = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      Tail tail = new Tail(schema, partition);
      Row row = new Row(schema.columns().size());
      int inTail = 0;
      for (int i = 0; i < rows; i++) {
        Event event = Event.of(i, rows, users);
        if (event.user() % PARTITIONS == partition) {
          row.clear();
          row.setLong(0, event.micros());
          row.setBytes(1, ("user-" + event.user()).getBytes(StandardCharsets.UTF_8));
          row.setBytes(2, TYPES.get(event.type()).getBytes(StandardCharsets.UTF_8));
          tail.append(row, "perf", i, 0, event.user() / PARTITIONS + 1);
          inTail++;
        }
        if (inTail == SEGMENT_ROWS || i == rows - 1 && inTail > 0) {
          tail.publish();
          segments.add(seal(folder, schema, tail.view(inTail)));
          tail = new Tail(schema, partition);
          inTail = 0;
        }
      }
    }
    return segments;
  }

  private static Segment seal(Path folder, TableSchema schema, List<RowSource> rows)
      throws IOException {
    Path file = Files.createTempFile(folder, "perf", ".segment");
    try (var channel =
        java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
      new SegmentWriter()
          .write(
              schema,
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

  private static Connection duckDb(int rows, int users) throws SQLException {
    Connection connection = DriverManager.getConnection("jdbc:duckdb:");
    try (Statement sql = connection.createStatement()) {
      sql.execute("set threads = " + THREADS);
      sql.execute("set TimeZone = 'UTC'");
      sql.execute("create table raw (us bigint, user_number integer, kind integer)");
      try (DuckDBAppender appender =
          connection.unwrap(DuckDBConnection.class).createAppender("main", "raw")) {
        for (int i = 0; i < rows; i++) {
          Event event = Event.of(i, rows, users);
          appender.beginRow();
          appender.append(event.micros());
          appender.append(event.user());
          appender.append(event.type());
          appender.endRow();
        }
      }
      sql.execute(
          "create table e as select make_timestamp(us) as ts, 'user-' || user_number as user_id,"
              + " (['"
              + String.join("','", TYPES)
              + "'])[kind + 1] as type from raw");
      sql.execute("drop table raw");
    }
    return connection;
  }

  private static EventFilter of(String type) {
    return new EventFilter("event", TimeInterval.ALL_TIME, Questions.equal("type", type));
  }

  private static QueryContext context() {
    return new QueryContext("perf", Duration.ofMinutes(5), 4L << 30);
  }

  private static void funnel(
      LocalQueryService tyto,
      Statement sql,
      int runs,
      PrintStream out,
      String text,
      int days,
      String... steps)
      throws SQLException {
    List<EventFilter> events = List.of(steps).stream().map(Behaviour::of).toList();
    FunnelQuery query = new FunnelQuery(events, Duration.ofDays(days), false, null, 0, false);
    Supplier<String> found =
        () ->
            String.join(
                ",",
                tyto.funnel(query, context()).steps().stream()
                    .map(FunnelResult.Step::entities)
                    .map(String::valueOf)
                    .toList());
    String way = text.contains("join") ? "join" : "windows";
    String name = "funnel %s in %d days (%s)".formatted(String.join(", ", steps), days, way);
    compare(found, sql, text, runs, out, name);
  }

  /// One pass of window functions a step: at each event the latest begin of an attempt that has
  /// come so far.
  private static String funnelSql(int days, String... steps) {
    String over = " over (partition by user_id order by ts, step rows unbounded preceding)";
    String inTime = "ts - s%d <= interval " + days + " day";
    StringBuilder sql = new StringBuilder("with w0 as (select user_id, ts, case type");
    for (int step = 0; step < steps.length; step++) {
      sql.append(" when '").append(steps[step]).append("' then ").append(step);
    }
    sql.append(" end as step from e where type in ('");
    sql.append(String.join("','", steps)).append("'))");
    StringBuilder level = new StringBuilder("case when step = 0 then 1");
    for (int step = 1; step < steps.length; step++) {
      String before =
          step == 1
              ? "step = 0 then ts"
              : "step = %d and %s then s%d"
                  .formatted(step - 1, inTime.formatted(step - 1), step - 1);
      sql.append(
          ", w%d as (select *, max(case when %s end)%s as s%d from w%d)"
              .formatted(step, before, over, step, step - 1));
      level.append(
          " when step = %d and %s then %d".formatted(step, inTime.formatted(step), step + 1));
    }
    sql.append(", u as (select user_id, max(").append(level).append(" end) as level from w");
    sql.append(steps.length - 1).append(" group by user_id) select concat_ws(','");
    for (int step = 1; step <= steps.length; step++) {
      sql.append(", count(*) filter (level >= ").append(step).append(")");
    }
    return sql.append(") from u").toString();
  }

  private static void retention(LocalQueryService tyto, Statement sql, int runs, PrintStream out)
      throws SQLException {
    RetentionQuery query =
        new RetentionQuery(
            of("view"), of("buy"), GroupKey.Granularity.WEEK, ZoneOffset.UTC, DayOfWeek.MONDAY, 4);
    Supplier<String> found =
        () -> {
          long[] sums = new long[5];
          for (RetentionResult.Cohort cohort : tyto.retention(query, context()).cohorts()) {
            for (int period = 0; period < sums.length; period++) {
              sums[period] += cohort.returned().get(period);
            }
          }
          List<String> cells = new ArrayList<>();
          for (long sum : sums) {
            cells.add(String.valueOf(sum));
          }
          return String.join(",", cells);
        };
    String text =
        """
        with f as (
          select user_id, min(ts) as began from e where type = 'view' group by user_id),
        r as (
          select distinct f.user_id, date_trunc('week', began) as cohort,
            date_diff('week', date_trunc('week', began), date_trunc('week', ts)) as period
          from f join e on e.user_id = f.user_id and e.type = 'buy' and ts > began),
        c as (select cohort, period, count(*) as n from r group by all)
        select concat_ws(',', sum(n) filter (period = 0), sum(n) filter (period = 1),
          sum(n) filter (period = 2), sum(n) filter (period = 3), sum(n) filter (period = 4))
        from c
        """;
    compare(found, sql, text, runs, out, "retention view, buy in 5 weeks");
  }

  private static void sessions(LocalQueryService tyto, Statement sql, int runs, PrintStream out)
      throws SQLException {
    SessionsQuery query =
        new SessionsQuery(
            List.of(new EventFilter("event", TimeInterval.ALL_TIME, null)),
            Duration.ofDays(1),
            null,
            ZoneOffset.UTC,
            DayOfWeek.MONDAY,
            null,
            List.of(),
            0);
    Supplier<String> found =
        () -> {
          SessionsResult.Stats stats = tyto.sessions(query, context()).total();
          return stats.entities() + "," + stats.sessions() + "," + stats.events();
        };
    String text =
        """
        with m as (
          select user_id, case when ts - lag(ts) over (partition by user_id order by ts)
            <= interval 1 day then 0 else 1 end as begins from e)
        select concat_ws(',', count(distinct user_id), sum(begins)::bigint, count(*)) from m
        """;
    compare(found, sql, text, runs, out, "sessions with gaps of a day");
  }

  private static void compare(
      Supplier<String> tyto, Statement sql, String text, int runs, PrintStream out, String name)
      throws SQLException {
    Supplier<String> duck =
        () -> {
          try (ResultSet result = sql.executeQuery(text)) {
            result.next();
            return result.getString(1);
          } catch (SQLException e) {
            throw new IllegalStateException(text, e);
          }
        };
    String expected = duck.get();
    Folders.require(
        expected.equals(tyto.get()), name + ": expected " + expected + ", found " + tyto.get());
    double[] ours = new double[runs];
    double[] theirs = new double[runs];
    // In turns, so that whatever else the machine does meets both alike.
    for (int run = -1; run < runs; run++) {
      ours[Math.max(run, 0)] = Questions.millis(tyto);
      theirs[Math.max(run, 0)] = Questions.millis(duck);
    }
    java.util.Arrays.sort(ours);
    java.util.Arrays.sort(theirs);
    out.printf(
        Locale.ROOT,
        "%-44s tyto %8.1f ms   duckdb %8.1f ms   ratio %.2f   (%s)%n",
        name,
        ours[runs / 2],
        theirs[runs / 2],
        ours[runs / 2] / theirs[runs / 2],
        expected);
  }
}
