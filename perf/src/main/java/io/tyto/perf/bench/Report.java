package io.tyto.perf.bench;

import io.tyto.perf.bench.Comparison.Row;
import io.tyto.perf.bench.Comparison.Verdict;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// The table of a comparison.
final class Report {
  private static final double NOISY = 0.10;

  private final PrintWriter out;

  Report(PrintWriter out) {
    this.out = out;
  }

  void table(Comparison comparison) {
    line(
        "%-52s %9s %9s %11s  %-10s %6s  %s",
        "question", "Tyto ms", "DuckDB", "ClickHouse", "faster", "ratio", "verdict");
    for (Row row : comparison.rows()) {
      line(
          "%-52s %9s %9s %11s  %-10s %6s  %s%s",
          cut(row.question().name() + " " + row.question().title()),
          millis(row.ours()),
          millis(row.duckDb()),
          millis(row.clickHouse()),
          row.peerName(),
          row.ratio().isPresent() ? String.format("%.2f", row.ratio().getAsDouble()) : "-",
          row.verdict().text(),
          row.foreignCores() > NOISY
              ? String.format("  (others used %.0f %% of a core)", 100 * row.foreignCores())
              : "");
    }
    for (Row row : comparison.rows()) {
      if (row.wrong() != null) {
        line("WRONG %s: %s", row.question().name(), row.wrong());
      }
    }
    comparison
        .geometricMean()
        .ifPresent(
            mean -> line("geometric mean of the ratios to the faster of the two: %.3f", mean));
    long slower = comparison.rows().stream().filter(row -> row.verdict() == Verdict.SLOWER).count();
    line("slower than the faster of the two by more than the noise: %d", slower);
    comparison
        .scale()
        .ifPresent(scale ->
            line(
                "ClickHouse's times are the file's times %.3f: DuckDB now over DuckDB then",
                scale));
    out.flush();
  }

  private static String cut(String text) {
    return text.length() <= 52 ? text : text.substring(0, 51) + "…";
  }

  private static String millis(@Nullable Times times) {
    return times == null ? "-" : millis(OptionalDouble.of(times.median()));
  }

  private static String millis(OptionalDouble value) {
    if (value.isEmpty()) {
      return "-";
    }
    double millis = value.getAsDouble();
    return String.format(
        Locale.ROOT, millis >= 100 ? "%.0f" : millis >= 10 ? "%.1f" : "%.2f", millis);
  }

  void line(String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
  }
}
