package io.tyto.perf.bench;

import io.tyto.model.result.ResultColumn;
import io.tyto.perf.Folders;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
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
          measures: [count, sum(amount), sum(score), max(score), avg(duration_ms)%s]
          granularities: [hour, day]
          zones: [Europe/Berlin]
      """;

  private static final Map<String, String> VARIANTS = variants();

  /// Up to 1,800 rows each.
  private static final List<String> PANELS =
      List.of(
          "groupBy: [{time: {granularity: DAY}}]}, limit: 2000) { rows { key { ts } measures { count amount { sum } } } }",
          "groupBy: [{time: {granularity: DAY}}, {dimension: PLATFORM}]}, limit: 2000) { rows { key { ts platform } measures { count } } }",
          "groupBy: [{time: {granularity: DAY}}, {dimension: PLATFORM}]}, limit: 2000) { rows { key { ts platform } measures { amount { sum avg } } } }",
          "groupBy: [{dimension: EVENT_TYPE}], orderBy: [{measure: {of: {count: true}}}]}, limit: 20) { rows { key { eventType } measures { count score { sum max } } } }",
          "groupBy: [{time: {granularity: DAY}}], where: {eventType: {in: [\"purchase\", \"ad_click\"]}}}, limit: 2000) { rows { key { ts } measures { count amount { sum } } } }",
          "groupBy: [{time: {granularity: DAY}}]}, limit: 2000) { rows { key { ts } measures { durationMs { avg } } } }");

  private static final String DISTINCT =
      "groupBy: [{time: {granularity: DAY}}]}, limit: 2000) { rows { key { ts } measures { userId { countDistinct } } } }";

  @Spec private CommandSpec spec;

  @Option(names = "--rows", defaultValue = "2000000", description = "events (default: 2,000,000)")
  private long rows;

  @Option(names = "--rounds", defaultValue = "3", description = "imports of each (default: 3)")
  private int rounds;

  @Option(names = "--runs", defaultValue = "300", description = "dashboards of each")
  private int runs;

  @Option(names = "--threads", defaultValue = "2", description = "default: 2")
  private int threads;

  private static Map<String, String> variants() {
    Map<String, String> variants = new LinkedHashMap<>();
    variants.put("rows alone", "");
    variants.put("cube", CUBE.formatted(""));
    variants.put("cube, users", CUBE.formatted(", distinct(user_id)"));
    return variants;
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Path folder =
        Path.of(System.getProperty("java.io.tmpdir"))
            .resolve("tyto-bench-cubes-" + System.getProperty("user.name"));
    Workspace workspace = new Workspace(folder, null, out);
    Path events = workspace.events(rows, threads);
    String hash = Folders.sha256(events);
    imports(folder, events, hash, out);
    for (Map.Entry<String, String> variant : VARIANTS.entrySet()) {
      ask(variant.getKey(), store(folder, variant.getKey()), out);
    }
    return 0;
  }

  private void imports(Path folder, Path events, String hash, PrintWriter out) throws IOException {
    Map<String, List<Double>> seconds = new LinkedHashMap<>();
    Map<String, Long> bytes = new LinkedHashMap<>();
    String config = DataSet.events(rows).config();
    for (int round = 0; round <= rounds; round++) {
      for (Map.Entry<String, String> variant : VARIANTS.entrySet()) {
        Path store = store(folder, variant.getKey());
        if (Files.exists(store)) {
          Folders.delete(store);
        }
        try (TytoStore tyto = TytoStore.open(store, threads)) {
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
    double alone = Times.median(array(seconds.getOrDefault("rows alone", List.of())));
    double plain = bytes.getOrDefault("rows alone", 0L);
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

  private void ask(String name, Path store, PrintWriter out) {
    try (TytoStore tyto = TytoStore.open(store, threads)) {
      for (boolean isDistinct : new boolean[] {false, true}) {
        List<String> panels = new ArrayList<>(PANELS);
        if (isDistinct) {
          panels.set(panels.size() - 1, DISTINCT);
        }
        List<Ask> asks =
            panels.stream()
                .map(panel -> Ask.compile(tyto.collection(), tyto.root(), field(panel)))
                .toList();
        double[] millis = new double[runs];
        for (int run = -runs / 3; run < runs; run++) {
          long began = System.nanoTime();
          List<List<ResultColumn>> answers = tyto.ask(asks);
          if (answers.size() != asks.size()) {
            throw new IllegalStateException("an answer is missing");
          }
          if (run >= 0) {
            millis[run] = (System.nanoTime() - began) / 1e6;
          }
        }
        Arrays.sort(millis);
        out.printf(
            Locale.ROOT,
            "dashboard of six, %-12s %-16s p50 %7.2f ms, p99 %7.2f ms%n",
            name,
            isDistinct ? "with distinct" : "",
            millis[runs / 2],
            millis[runs * 99 / 100]);
        out.flush();
      }
    }
  }

  private static String field(String panel) {
    return "aggregate(input: {range: {between: {from: \"2025-12-31T23:00:00Z\", to: \"2026-03-31T22:00:00Z\"}}, timezone: \"Europe/Berlin\", "
        + panel;
  }

  private static Path store(Path folder, String variant) {
    return folder.resolve("store-" + variant.replaceAll("[^a-z]+", "-"));
  }
}
