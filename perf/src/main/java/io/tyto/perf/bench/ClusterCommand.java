package io.tyto.perf.bench;

import io.tyto.model.port.QueryService;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.ResultColumn;
import io.tyto.perf.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto bench cluster`: what it costs that several nodes answer a question. All ratios are of one
/// run, in turns.
@Command(
    name = "cluster",
    mixinStandardHelpOptions = true,
    description = {
      "Asks nodes on loopback, in this process and by the calls of a cluster, what one engine answers"
          + " alone with as many threads: scans, a million groups, and small questions at a steady rate."
    })
public final class ClusterCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final long QUERY_MEMORY = Runtime.getRuntime().maxMemory() / 4;
  private static final int THREADS = 2;
  private static final int MANY_SHARDS = 4;

  /// Of each question before it is timed.
  private static final int WARM_ROUNDS = 30;

  /// Seconds of small questions before they are timed.
  private static final int WARMUPS = 20;

  private static final String SCAN =
      "aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}]})"
          + " { rows { key { country } measures { count amount { sum } score { avg } } } }";
  private static final String GROUPS =
      "aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: SESSION_ID}],"
          + " orderBy: [{measure: {of: {score: {fn: SUM}}}}, {key: {sessionId: ASC}}]}, limit: 10)"
          + " { rows { key { sessionId } measures { count score { sum } } } }";
  private static final String USERS =
      GROUPS.replace("SESSION_ID", "USER_ID").replace("sessionId", "userId");
  private static final String PRUNED =
      "aggregate(input: {range: {between: {from: \"2026-03-30T00:00:00Z\", to: \"2026-03-30T01:00:00Z\"}},"
          + " groupBy: [{dimension: PLATFORM}]}) { rows { key { platform } measures { count amount { sum } } } }";

  @Spec private CommandSpec spec;

  @Option(names = "--rows", defaultValue = "4000000", description = "events (default: 4,000,000)")
  private long rows;

  @Option(names = "--rounds", defaultValue = "9", description = "of each question, in turns")
  private int rounds;

  @Option(names = "--rate", defaultValue = "50", description = "small questions a second")
  private int rate;

  @Option(names = "--seconds", defaultValue = "20", description = "of small questions")
  private int seconds;

  @Option(
      names = "--data",
      paramLabel = "FOLDER",
      description = "where the store is kept (default: in the temporary folder)")
  private @Nullable Path data;

  @Override
  public Integer call() throws IOException {
    Report report = new Report(spec.commandLine().getOut());
    Path folder =
        data == null
            ? Path.of(System.getProperty("java.io.tmpdir"))
                .resolve("tyto-bench-cluster-" + System.getProperty("user.name"))
            : data;
    report.line("%s; %s", Machine.describe(), Machine.load());
    try (TytoStore tyto = store(folder)) {
      try (LoopbackFleet two = new LoopbackFleet(tyto.node(), 2, THREADS / 2, THREADS)) {
        compare("scan, 2 nodes of 1 thread each", SCAN, tyto, two, report);
        compare("users, 2 nodes of 1 thread each", USERS, tyto, two, report);
        pruned(tyto, two, report);
      }
      try (LoopbackFleet four = new LoopbackFleet(tyto.node(), MANY_SHARDS, 1, THREADS)) {
        compare("sessions, 4 nodes of 1 thread each", GROUPS, tyto, four, report);
      }
    }
    return 0;
  }

  private TytoStore store(Path folder) throws IOException {
    Workspace workspace = new Workspace(folder, null, spec.commandLine().getOut());
    TytoStore tyto = TytoStore.open(folder.resolve("store-" + rows), THREADS);
    if (tyto.isEmpty()) {
      Path events = workspace.events(rows, THREADS);
      tyto.load(DataSet.events(rows).config(), events, Folders.sha256(events));
      tyto.compact();
    }
    return tyto;
  }

  /// Both the same number of times, in turns.
  private void compare(
      String title, String field, TytoStore tyto, LoopbackFleet fleet, Report report) {
    Ask ask = Ask.compile(tyto.collection(), tyto.root(), field);
    double[] alone = new double[rounds];
    double[] shared = new double[rounds];
    long[] cpu = new long[2];
    for (int round = -WARM_ROUNDS; round < rounds; round++) {
      List<ResultColumn> expected = null;
      for (boolean isShared : new boolean[] {false, true}) {
        long cpuBefore = Machine.ownCpuNanos();
        long began = System.nanoTime();
        List<ResultColumn> answer =
            ask.answer(isShared ? fleet.queries() : tyto.queries(), context("groups"));
        double millis = (System.nanoTime() - began) / 1e6;
        if (round >= 0) {
          (isShared ? shared : alone)[round] = millis;
          cpu[isShared ? 1 : 0] += Machine.ownCpuNanos() - cpuBefore;
        }
        if (isShared && !text(answer).equals(text(expected))) {
          throw new IllegalStateException(title + ": the nodes answer something else");
        }
        expected = answer;
      }
    }
    report.line(
        "%-36s alone %8.1f ms, nodes %8.1f ms, ratio %.2f, of CPU time %.2f",
        title,
        Times.median(alone),
        Times.median(shared),
        Times.median(shared) / Times.median(alone),
        (double) cpu[1] / cpu[0]);
  }

  /// Rows in any order, but for the last digits of doubles.
  private static Set<String> text(@Nullable List<ResultColumn> columns) {
    Set<String> rows = new HashSet<>();
    for (int row = 0; columns != null && row < columns.getFirst().size(); row++) {
      StringBuilder text = new StringBuilder();
      for (ResultColumn column : columns) {
        Object value = column.value(row);
        text.append(value instanceof Double number ? "%.9g".formatted(number) : value).append(' ');
      }
      rows.add(text.toString());
    }
    return rows;
  }

  /// Of small questions at a steady rate: their time less that of the slowest node.
  private void pruned(TytoStore tyto, LoopbackFleet fleet, Report report) {
    Ask ask = Ask.compile(tyto.collection(), tyto.root(), PRUNED);
    for (int i = 0; i < WARMUPS * rate; i++) {
      ask.answer(fleet.queries(), context("warm"));
    }
    double[] alone = timed(ask, tyto.queries(), null);
    double[] whole = timed(ask, fleet.queries(), null);
    double[] beyond = timed(ask, fleet.queries(), fleet);
    report.line(
        "small questions at %d/s: alone p50 %.2f ms, nodes p50 %.2f ms, p99 %.2f ms; beyond the slowest node p50 %.2f ms, p99 %.2f ms",
        rate, at(alone, 0.5), at(whole, 0.5), at(whole, 0.99), at(beyond, 0.5), at(beyond, 0.99));
  }

  /// @param less fleet whose slowest node's time is taken off
  private double[] timed(Ask ask, QueryService queries, @Nullable LoopbackFleet less) {
    int count = rate * seconds;
    double[] millis = new double[count];
    long started = System.nanoTime();
    for (int i = 0; i < count; i++) {
      long due = started + (long) (i * 1e9 / rate);
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      String id = "small-" + System.identityHashCode(millis) + "-" + i;
      long began = System.nanoTime();
      ask.answer(queries, context(id));
      long took = System.nanoTime() - began;
      millis[i] = (took - (less == null ? 0 : less.slowest(id))) / 1e6;
    }
    return millis;
  }

  private static double at(double[] millis, double quantile) {
    double[] sorted = millis.clone();
    Arrays.sort(sorted);
    return sorted[(int) (quantile * (sorted.length - 1))];
  }

  private static QueryContext context(String id) {
    return new QueryContext(id, TIMEOUT, QUERY_MEMORY);
  }
}
