package io.tyto.perf;

import io.tyto.engine.EngineOptions;
import io.tyto.engine.LocalQueryService;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.LocalNode;
import io.tyto.model.access.Caller;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.port.IngestService.FileImport;
import io.tyto.model.port.IngestService.IngestResult;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Measure;
import io.tyto.model.result.AggregateResult;
import io.tyto.testkit.storage.UnforcedDisk;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/// Compares group-bys over rows that came as a week of one-minute seals, in 4 partitions and 3
/// collections, with the same over the same rows imported at once: `SealedWeek [minutes] [events a
/// minute and collection] [runs]`. The bound is {@link #MOST}.
///
/// Times are CPU time of one thread: queries take milliseconds, and a busy machine's scheduler
/// would decide about them. Minutes go by as fast as they can be written, and nothing waits for a
/// disk.
public final class SealedWeek {
  /// What many seals may cost a query.
  static final double MOST = 1.5;

  private static final int PARTITIONS = 4;
  private static final List<String> COLLECTIONS = List.of("event", "second", "third");
  private static final Instant START = Instant.ofEpochMilli(EventRows.START_MILLIS);

  /// Seals and maintenance come when they are called.
  private static final IngestOptions BY_HAND =
      IngestOptions.DEFAULT
          .withPartitions(PARTITIONS)
          .withSeal(
              new IngestOptions.Seal(
                  10_000_000, 1L << 30, Duration.ofDays(1), Duration.ofDays(1), 1 << 16, 3, 1))
          .withMaintenanceInterval(Duration.ofDays(1));

  private static final EngineOptions ONE_THREAD =
      EngineOptions.defaults().withoutCache().withWorkers(1);

  private static final List<AggregateQuery> QUERIES =
      List.of(
          Questions.topTen("event", null, "country", new Measure.Count(), score()),
          Questions.topTen("event", null, "item_id", new Measure.Count(), score()),
          Questions.topTen("event", null, "user_id", new Measure.Count(), score()));

  /// Stands still until it is told the time.
  private static final class SteppedClock extends Clock {
    private volatile Instant now = START;

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }

    @Override
    public Instant instant() {
      return now;
    }
  }

  private SealedWeek() {}

  private static Measure score() {
    return new Measure.Column("score", Measure.Function.SUM);
  }

  public static void main(String[] arguments) throws IOException {
    int minutes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7 * 24 * 60;
    int events = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
    int runs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 15;
    Path folder = Files.createTempDirectory("tyto-perf");
    try {
      run(folder, minutes, events, runs, System.out);
    } finally {
      Folders.delete(folder);
    }
  }

  static void run(Path folder, int minutes, int events, int runs, PrintStream out)
      throws IOException {
    Logger log = Logger.getLogger("io.tyto");
    log.setLevel(Level.WARNING);
    EventRows rows = new EventRows(20_000, Duration.ofMinutes(1).toMillis() / events);
    SteppedClock clock = new SteppedClock();
    clock.now = START.plus(Duration.ofMinutes(minutes + 1L));
    SteppedClock accelerated = new SteppedClock();
    try (LocalNode atOnce = open(folder.resolve("once"), clock);
        LocalNode sealed = open(folder.resolve("sealed"), accelerated)) {
      importAtOnce(atOnce, rows, (long) minutes * events, folder.resolve("events.ndjson"));
      live(sealed, accelerated, rows, minutes, events);
      out.printf(
          Locale.ROOT,
          "%d minutes, %d events: %s segments, at once %s (%d partitions)%n",
          minutes,
          (long) minutes * events,
          segments(sealed),
          segments(atOnce),
          PARTITIONS);
      compare(sealed, atOnce, runs, out);
    }
  }

  private static LocalNode open(Path data, Clock clock) {
    LocalNode node = LocalNode.open(data, BY_HAND, new UnforcedDisk(clock), clock);
    node.applyConfigs(
        COLLECTIONS.stream()
            .map(name ->
                new ConfigFile(
                    name + ".yaml",
                    EventRows.CONFIG.text().replace("collection: event", "collection: " + name)))
            .toList());
    return node;
  }

  private static void live(
      LocalNode node, SteppedClock clock, EventRows rows, int minutes, int events) {
    for (int minute = 0; minute < minutes; minute++) {
      clock.now = START.plus(Duration.ofMinutes(minute + 1L));
      byte[] body = rows.lines((long) minute * events, (minute + 1L) * events);
      for (String collection : COLLECTIONS) {
        IngestResult result = node.ingest(collection, body, Caller.SYSTEM).join();
        Folders.require(result.accepted() == events, result.toString());
      }
      node.flush();
      node.maintain();
    }
  }

  private static void importAtOnce(LocalNode node, EventRows rows, long events, Path file)
      throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      for (long from = 0; from < events; from += 10_000) {
        out.write(rows.lines(from, Math.min(events, from + 10_000)));
      }
    }
    String contentId = Folders.sha256(file);
    for (String collection : COLLECTIONS) {
      try (InputStream content = Files.newInputStream(file)) {
        node.importFile(
            new FileImport(collection, "events", contentId, Files.size(file), false),
            content,
            (_, _, _) -> true);
      }
    }
    node.flush();
  }

  private static long segments(LocalNode node) {
    return node.status().collections().stream()
        .filter(status -> status.name().equals("event"))
        .mapToLong(CollectionStatus::segments)
        .sum();
  }

  /// Runs take turns, so that whatever else the machine does meets both alike.
  private static void compare(LocalNode sealed, LocalNode atOnce, int runs, PrintStream out) {
    try (LocalQueryService many = new LocalQueryService(sealed, ONE_THREAD);
        LocalQueryService few = new LocalQueryService(atOnce, ONE_THREAD)) {
      for (AggregateQuery query : QUERIES) {
        AggregateResult expected = Questions.ask(few, query);
        AggregateResult found = Questions.ask(many, query);
        for (int row = 0; row < expected.rowCount(); row++) {
          for (int measure = 0; measure < expected.measures().size(); measure++) {
            Folders.require(
                Objects.equals(
                    expected.measures().get(measure).value(row),
                    found.measures().get(measure).value(row)),
                "both must answer alike");
          }
        }
        double[] manyMillis = new double[runs];
        double[] fewMillis = new double[runs];
        for (int run = -2 * runs; run < runs; run++) {
          manyMillis[Math.max(run, 0)] = Questions.cpuMillis(() -> Questions.ask(many, query));
          fewMillis[Math.max(run, 0)] = Questions.cpuMillis(() -> Questions.ask(few, query));
        }
        Arrays.sort(manyMillis);
        Arrays.sort(fewMillis);
        double ratio = manyMillis[runs / 2] / fewMillis[runs / 2];
        out.printf(
            Locale.ROOT,
            "by %-12s sealed by the minute %8.2f ms   at once %8.2f ms   ratio %.2f (%s %.1f)%n",
            query.groupBy().getFirst().column(),
            manyMillis[runs / 2],
            fewMillis[runs / 2],
            ratio,
            ratio <= MOST ? "within" : "BEYOND",
            MOST);
      }
    }
  }
}
