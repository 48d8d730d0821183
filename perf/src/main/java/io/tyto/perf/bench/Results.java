package io.tyto.perf.bench;

import io.tyto.perf.bench.Comparison.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// A run as JSON, for later: to be kept, and to see how cost grows with rows.
final class Results {
  private Results() {}

  static void write(Path file, Comparison comparison, Facts facts, List<String> goals)
      throws IOException {
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("machine", Machine.describe());
    all.put("commit", Machine.commit());
    all.put("rows", facts.rows());
    all.put("segments", facts.segments());
    all.put("bytesARow", facts.bytesARow());
    all.put("importSeconds", orNull(facts.importSeconds()));
    all.put("hashSeconds", orNull(facts.hashSeconds()));
    all.put("duckDbSeconds", orNull(facts.duckDbSeconds()));
    all.put("clickHouseScale", orNull(comparison.scale()));
    all.put("geometricMean", orNull(comparison.geometricMean()));
    all.put("httpGeometricMean", orNull(comparison.httpGeometricMean()));
    all.put("goals", goals);
    all.put("questions", comparison.rows().stream().map(Results::question).toList());
    Files.writeString(file, JsonTree.write(all) + "\n");
  }

  private static Map<String, @Nullable Object> question(Row row) {
    Map<String, @Nullable Object> one = new LinkedHashMap<>();
    one.put("name", row.question().name());
    one.put("title", row.question().title());
    one.put("answerRows", row.answerRows());
    put(one, "tyto", row.ours());
    put(one, "http", row.http());
    put(one, "duckDb", row.duckDb());
    one.put("clickHouseMillis", orNull(row.clickHouse()));
    one.put("faster", row.peerName());
    one.put("ratio", orNull(row.ratio()));
    one.put("cpuRatio", orNull(row.cpuRatio()));
    one.put("noise", row.noise());
    one.put("foreignCores", row.foreignCores());
    one.put("verdict", row.verdict().name());
    one.put("wrong", row.wrong());
    return one;
  }

  private static void put(Map<String, @Nullable Object> one, String name, @Nullable Times times) {
    if (times != null) {
      one.put(name + "Millis", times.median());
      one.put(name + "CpuMillis", times.cpuMillis());
      one.put(name + "Runs", times.millis());
    }
  }

  private static @Nullable Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  /// How our times grow from file to file, each a run over more rows; at most in line is wanted.
  static List<String> curve(List<Path> files) throws IOException {
    List<Map<?, ?>> runs = new ArrayList<>();
    for (Path file : files) {
      if (JsonTree.read(Files.readString(file)) instanceof Map<?, ?> run) {
        runs.add(run);
      }
    }
    runs.sort((a, b) -> Double.compare(number(a.get("rows")), number(b.get("rows"))));
    List<String> lines = new ArrayList<>();
    StringBuilder head = new StringBuilder(String.format("%-10s", "rows"));
    runs.forEach(run -> head.append(String.format("%,15.0f         ", number(run.get("rows")))));
    lines.add(head.toString());
    for (Object each : list(runs.getFirst().get("questions"))) {
      if (each instanceof Map<?, ?> question && question.get("name") instanceof String name) {
        lines.add(growth(name, runs));
      }
    }
    return lines;
  }

  private static String growth(String name, List<Map<?, ?>> runs) {
    StringBuilder line = new StringBuilder(String.format("%-10s", name));
    double before = Double.NaN;
    for (Map<?, ?> run : runs) {
      double millis = millis(run, name);
      line.append(String.format("%12.2f ms %-9s", millis, times(millis / before)));
      before = millis;
    }
    double rows = number(runs.getLast().get("rows")) / number(runs.getFirst().get("rows"));
    double factor = before / millis(runs.getFirst(), name);
    return line.append(factor <= rows ? "in line" : "MORE than in line").toString();
  }

  private static String times(double factor) {
    return Double.isNaN(factor) ? "" : String.format("(x %.1f)", factor);
  }

  private static double millis(Map<?, ?> run, String name) {
    for (Object each : list(run.get("questions"))) {
      if (each instanceof Map<?, ?> question && name.equals(question.get("name"))) {
        return number(question.get("tytoMillis"));
      }
    }
    return Double.NaN;
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  private static double number(@Nullable Object value) {
    return value instanceof Double number ? number : Double.NaN;
  }
}
