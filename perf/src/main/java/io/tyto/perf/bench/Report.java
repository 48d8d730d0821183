package io.tyto.perf.bench;

import io.tyto.perf.bench.Comparison.Row;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// The table of a comparison.
final class Report {
  private static final double NOISY = 0.10;
  private static final int TITLE = 52;

  private final PrintWriter out;

  Report(PrintWriter out) {
    this.out = out;
  }

  void table(Comparison comparison) {
    boolean hasHttp = comparison.rows().stream().anyMatch(row -> row.http() != null);
    line(
        "%-52s %9s %s%9s %11s  %-10s %6s %6s  %s",
        "question",
        "Tyto ms",
        hasHttp ? "  by HTTP " : "",
        "DuckDB",
        "ClickHouse",
        "faster",
        "ratio",
        "cpu",
        "verdict");
    for (Row row : comparison.rows()) {
      line(
          "%-52s %9s %s%9s %11s  %-10s %6s %6s  %s%s",
          cut(row.question().name() + " " + row.question().title()),
          millis(row.ours()),
          hasHttp ? String.format("%9s ", millis(row.http())) : "",
          millis(row.duckDb()),
          millis(row.clickHouse()),
          row.peerName(),
          ratio(row.ratio()),
          ratio(row.cpuRatio()),
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
        .ifPresent(mean -> line("geometric mean of the ratios to the faster peer: %.3f", mean));
    comparison
        .cpuGeometricMean()
        .ifPresent(mean -> line("geometric mean of CPU time over DuckDB's: %.3f", mean));
    comparison
        .scale()
        .ifPresent(scale ->
            line("ClickHouse: the file's times by %.3f, DuckDB's now over DuckDB's then", scale));
  }

  private static String cut(String text) {
    return text.length() <= TITLE ? text : text.substring(0, TITLE - 1) + "…";
  }

  private static String ratio(OptionalDouble ratio) {
    return ratio.isPresent() ? String.format(Locale.ROOT, "%.2f", ratio.getAsDouble()) : "-";
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
    out.flush();
  }
}
