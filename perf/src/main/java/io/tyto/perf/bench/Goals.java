package io.tyto.perf.bench;

import io.tyto.perf.bench.Comparison.Row;
import io.tyto.perf.bench.Comparison.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/// The goals, each on a line: what was found, what was wanted, met or missed and by how much.
final class Goals {
  private static final double MEAN = 1.0 / 3;
  private static final double SELECTIVE = 5;

  /// One user, one item in one country, last day, newest records.
  private static final Set<String> SELECTIVE_QUESTIONS = Set.of("Q04", "Q05", "Q06", "Q26");

  private static final int FEW_ROWS = 1_000;
  private static final double HTTP_MILLIS_FEW = 1.5;
  private static final double HTTP_MILLIS_MANY = 3;
  private static final double OPEN_MILLIS = 1_000;

  private final List<String> lines = new ArrayList<>();

  private Goals() {}

  static List<String> of(Comparison comparison, Facts facts) {
    Goals goals = new Goals();
    goals.mean("1 in process", comparison.geometricMean());
    goals.slower(comparison);
    goals.mean("1 over HTTP", comparison.httpGeometricMean());
    goals.http(comparison, true, HTTP_MILLIS_FEW);
    goals.http(comparison, false, HTTP_MILLIS_MANY);
    goals.selective(comparison);
    goals.bytes(facts);
    goals.ingest(facts);
    goals.coldStart(facts);
    return goals.lines;
  }

  private void mean(String name, OptionalDouble mean) {
    mean.ifPresent(
        value -> most(name, "geometric mean of the ratios %.3f, at most %.3f", value, MEAN));
  }

  private void slower(Comparison comparison) {
    if (comparison.geometricMean().isEmpty()) {
      return;
    }
    List<Row> slower =
        comparison.rows().stream().filter(row -> row.verdict() == Verdict.SLOWER).toList();
    String names =
        slower.stream()
            .map(row -> format("%s (%.2f)", row.question().name(), row.ratio().orElse(Double.NaN)))
            .collect(Collectors.joining(", "));
    line(
        "1 none slower",
        slower.isEmpty() ? "no question is slower beyond the noise" : "slower: " + names,
        slower.isEmpty() ? "met" : "missed");
  }

  /// What HTTP, JSON and GraphQL add to the questions with few rows, or to those with many.
  private void http(Comparison comparison, boolean few, double allowed) {
    Row worst = null;
    double most = Double.NEGATIVE_INFINITY;
    List<Double> all = new ArrayList<>();
    for (Row row : comparison.rows()) {
      if (row.http() != null && row.ours() != null && (row.answerRows() <= FEW_ROWS) == few) {
        double added = row.http().median() - row.ours().median();
        all.add(added);
        worst = added > most ? row : worst;
        most = Math.max(most, added);
      }
    }
    if (worst != null) {
      String text =
          format(
              "adds %.2f ms to the median (half of them), %.2f ms to that of %s, at most %.1f"
                  + " where the answer has %s 1,000 rows",
              Times.median(all.stream().mapToDouble(Double::doubleValue).toArray()),
              most,
              worst.question().name(),
              allowed,
              few ? "up to" : "more than");
      line("1 over HTTP", text, verdict(most, allowed));
    }
  }

  private void selective(Comparison comparison) {
    for (Row row : comparison.rows()) {
      if (SELECTIVE_QUESTIONS.contains(row.question().name()) && row.ratio().isPresent()) {
        double faster = 1 / row.ratio().getAsDouble();
        least(
            "2 selective",
            row.question().name() + " is %.1f times as fast as the faster peer, at least %.0f",
            faster,
            SELECTIVE);
      }
    }
  }

  private void bytes(Facts facts) {
    double own = facts.bytesARow();
    facts
        .duckDbBytes()
        .ifPresent(bytes ->
            line(
                "4 bytes a row",
                format("%.2f; DuckDB's file %.2f", own, bytes / facts.rows()),
                ""));
    facts
        .clickHouseBytes()
        .ifPresent(wanted -> most("4 bytes a row", "%.2f, ClickHouse %.2f", own, wanted));
  }

  private void ingest(Facts facts) {
    if (facts.importSeconds().isEmpty()) {
      return;
    }
    double seconds = facts.importSeconds().getAsDouble();
    double hash = facts.hashSeconds().orElse(0);
    String own =
        format(
            "%,.0f rows/s (%,.0f with the file's hash, compaction %.1f s more)",
            facts.rows() / seconds,
            facts.rows() / (seconds + hash),
            facts.compactionSeconds().orElse(0));
    facts
        .duckDbSeconds()
        .ifPresent(
            duck -> line("4 import", own + format("; DuckDB %,.0f", facts.rows() / duck), ""));
    facts
        .clickHouseRate()
        .ifPresent(wanted ->
            least("4 import", "%,.0f rows/s, ClickHouse %,.0f", facts.rows() / seconds, wanted));
  }

  private void coldStart(Facts facts) {
    ColdStart.Result cold = facts.coldStart();
    if (cold == null) {
      return;
    }
    most("5 open", "store open after %.0f ms, at most %.0f", cold.openMillis(), OPEN_MILLIS);
    line(
        "5 open",
        format(
            "first answer %.0f ms after the program began, %.0f ms after the JVM",
            cold.answerMillis(), cold.processMillis()),
        "");
    boolean isAnswered = cold.failed().isBlank();
    line(
        "5 heap",
        isAnswered
            ? format(
                "every question answered with a heap of %d MiB; at most %.0f MiB lived through a"
                    + " collection",
                cold.heapMib(), cold.liveMib())
            : format("with a heap of %d MiB not answered: %s", cold.heapMib(), cold.failed()),
        isAnswered ? "met" : "missed");
  }

  private void most(String name, String format, double found, double wanted) {
    line(name, format(format, found, wanted), verdict(found, wanted));
  }

  private void least(String name, String format, double found, double wanted) {
    line(
        name,
        format(format, found, wanted),
        found >= wanted ? "met" : format("missed: %.2f of it", found / wanted));
  }

  private static String verdict(double found, double wanted) {
    return found <= wanted ? "met" : format("missed by %.0f %%", 100 * (found / wanted - 1));
  }

  private void line(String name, String text, String verdict) {
    lines.add(format("goal %-15s %s%s", name, text, verdict.isEmpty() ? "" : ": " + verdict));
  }

  private static String format(String format, Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }
}
