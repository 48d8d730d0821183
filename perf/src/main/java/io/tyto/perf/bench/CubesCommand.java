package io.tyto.perf.bench;

import io.tyto.perf.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tyto bench cubes`: what a cube costs while events come, and what it saves when they are asked
/// for. All ratios are of one run, in turns.
@Command(
    name = "cubes",
    mixinStandardHelpOptions = true,
    description = {
      "Imports generated events without a cube, with one, and with one that counts distinct users, in"
          + " turns; then asks a dashboard of six panels by day over 90 days of each."
    })
public final class CubesCommand implements Callable<Integer> {
  private static final String CUBE =
      """
      cubes:
        by_type_platform:
          dimensions: [event_type, platform]
          measures: [count, sum(amount), sum(score), max(score), avg(duration_ms)]
          granularities: [hour, day]
          zones: [Europe/Berlin]
      """;

  /// Beside it, small ones for totals and for platforms: a panel of few lines then reads few cells,
  /// and the users of a day stand in one.
  private static final String SMALL =
      """
        daily:
          dimensions: []
          measures: [count, sum(amount), avg(duration_ms), distinct(user_id)]
          granularities: [day]
          zones: [Europe/Berlin]
          finest: P1D
        by_platform:
          dimensions: [platform]
          measures: [count, sum(amount)]
          granularities: [day]
          zones: [Europe/Berlin]
          finest: P1D
      """;

  private static final String BARE = "rows alone";

  /// More events than these go in by files of so many, one after the other.
  private static final long PART = 10_000_000;

  /// Dashboards a second that rows alone can answer.
  private static final int BARE_RATE = 4;

  private static final Map<String, String> VARIANTS = variants();

  /// By day over 90 days, up to 450 rows each.
  private static final List<String> PANELS =
      List.of(
          panel("groupBy: [{time: {granularity: DAY}}]", "{count: true}, {amount: {fn: SUM}}"),
          panel("groupBy: [{time: {granularity: DAY}}, {dimension: PLATFORM}]", "{count: true}"),
          panel(
              "groupBy: [{time: {granularity: DAY}}, {dimension: PLATFORM}], where: {eventType: {eq: \"purchase\"}}",
              "{amount: {fn: SUM}}"),
          panel(
              "groupBy: [{dimension: EVENT_TYPE}], orderBy: [{measure: {of: {count: true}}}]",
              "{count: true}, {score: {fn: SUM}}, {score: {fn: MAX}}"),
          panel(
              "groupBy: [{time: {granularity: DAY}}], where: {eventType: {in: [\"purchase\", \"ad_click\"]}}",
              "{count: true}, {amount: {fn: SUM}}"),
          panel("groupBy: [{time: {granularity: DAY}}]", "{durationMs: {fn: AVG}}"));

  private static final String DISTINCT =
      panel("groupBy: [{time: {granularity: DAY}}]", "{userId: {fn: COUNT_DISTINCT}}");

  private static String panel(String groups, String measures) {
    return "table(input: {range: {between: {from: \"2025-12-31T23:00:00Z\", to: \"2026-03-31T22:00:00Z\"}},"
        + " timezone: \"Europe/Berlin\", %s}, measures: [%s]) { columns { name values dictionary } meta { servedBy } }"
            .formatted(groups, measures);
  }

  @Spec private CommandSpec spec;

  @Option(names = "--rows", defaultValue = "2000000", description = "events (default: 2,000,000)")
  private long rows;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      description = "imports of each, at least 1 (default: 3)")
  private int rounds;

  @Option(names = "--rate", defaultValue = "100", description = "dashboards a second")
  private int rate;

  @Option(names = "--seconds", defaultValue = "20", description = "of dashboards, for each store")
  private int seconds;

  @Option(names = "--only", description = "the one store to ask: rows alone, cube, ...")
  private @Nullable String only;

  @Option(names = "--kept", description = "ask the stores of an earlier run")
  private boolean kept;

  @Option(names = "--threads", defaultValue = "2", description = "default: 2")
  private int threads;

  private static Map<String, String> variants() {
    Map<String, String> variants = new LinkedHashMap<>();
    variants.put(BARE, "");
    variants.put("cube", CUBE);
    variants.put("three cubes", CUBE + SMALL);
    return variants;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path folder =
        Path.of(System.getProperty("java.io.tmpdir"))
            .resolve("tyto-bench-cubes-" + System.getProperty("user.name"));
    Workspace workspace = new Workspace(folder, null, out);
    if (!kept && rows > PART) {
      inParts(folder);
    } else if (!kept) {
      Path events = workspace.events(rows, threads);
      imports(folder, events, Folders.sha256(events), out);
    }
    for (Map.Entry<String, String> variant : VARIANTS.entrySet()) {
      if (only == null || only.equals(variant.getKey())) {
        ask(variant.getKey(), store(folder, variant.getKey()), out);
      }
    }
    return 0;
  }

  /// Without a file of all events and without a time, which the generator would be part of.
  private void inParts(Path folder) throws IOException {
    EventFile events = new EventFile(new EventModel(rows), EventFile.Format.NDJSON);
    Path part = Files.createDirectories(folder).resolve("part.ndjson");
    for (Map.Entry<String, String> variant : VARIANTS.entrySet()) {
      if (only != null && !only.equals(variant.getKey())) {
        continue;
      }
      try (TytoStore tyto = fresh(folder, variant.getKey())) {
        for (long first = 0; first < rows; first += PART) {
          events.write(part, first, Math.min(rows, first + PART), threads);
          tyto.load(DataSet.events(rows).config() + variant.getValue(), part, Folders.sha256(part));
          Files.delete(part);
        }
        tyto.compact();
      }
    }
  }

  private TytoStore fresh(Path folder, String variant) throws IOException {
    Path store = store(folder, variant);
    if (Files.exists(store)) {
      Folders.delete(store);
    }
    return TytoStore.open(store, threads);
  }

  private void imports(Path folder, Path events, String hash, PrintWriter out) throws IOException {
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    Map<String, Long> bytes = new LinkedHashMap<>();
    String config = DataSet.events(rows).config();
    for (int round = 0; round <= rounds; round++) {
      for (Map.Entry<String, String> variant : VARIANTS.entrySet()) {
        try (TytoStore tyto = fresh(folder, variant.getKey())) {
          double took = tyto.load(config + variant.getValue(), events, hash);
          if (round > 0) {
            seconds.computeIfAbsent(variant.getKey(), _ -> new ArrayList<>()).add(took);
          }
          if (round == rounds) {
            tyto.compact();
            bytes.put(variant.getKey(), tyto.bytes());
          }
        }
      }
    }
    double alone = Times.median(array(seconds.getOrDefault(BARE, List.of())));
    double plain = bytes.getOrDefault(BARE, 0L);
    seconds.forEach((name, times) -> {
      double median = Times.median(array(times));
      double stored = bytes.getOrDefault(name, 0L);
      out.printf(
          Locale.ROOT,
          "import, %-12s %,9.0f rows/s, %5.1f %% less; %6.2f bytes a row, %5.1f %% more%n",
          name,
          rows / median,
          100 * (1 - alone / median),
          stored / rows,
          100 * (stored / plain - 1));
    });
    out.flush();
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private void ask(String name, Path store, PrintWriter out) throws IOException {
    try (TytoStore tyto = TytoStore.open(store, threads)) {
      for (boolean isDistinct : new boolean[] {false, true}) {
        List<String> panels = new ArrayList<>(PANELS);
        if (isDistinct) {
          panels.set(panels.size() - 1, DISTINCT);
        }
        DashboardLoad load =
            new DashboardLoad(name.equals(BARE) ? BARE_RATE : rate, seconds / 2, seconds);
        List<Ask> asks =
            panels.stream()
                .map(panel -> Ask.compile(tyto.collection(), tyto.root(), panel))
                .toList();
        String asked = name + (isDistinct ? ", with distinct" : "");
        report(asked, "over HTTP", load.overHttp(tyto, document(tyto, panels)), out);
        report(asked, "in process", load.inProcess(tyto, asks), out);
      }
    }
  }

  private static void report(String asked, String how, double[] millis, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "dashboard of six, %-26s %-10s p50 %7.2f ms, p99 %7.2f ms%n",
        asked,
        how,
        millis[millis.length / 2],
        millis[millis.length * 99 / 100]);
    out.flush();
  }

  private static String document(TytoStore tyto, List<String> panels) {
    StringBuilder document = new StringBuilder("{ " + tyto.root() + " {");
    for (int i = 0; i < panels.size(); i++) {
      document.append(" p%d: ".formatted(i)).append(panels.get(i));
    }
    return document.append(" } }").toString();
  }

  private static Path store(Path folder, String variant) {
    return folder.resolve("store-" + variant.replaceAll("[^a-z]+", "-"));
  }
}
