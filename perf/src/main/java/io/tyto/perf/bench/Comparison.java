package io.tyto.perf.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// All questions of a run, and what they took.
///
/// @param scale our DuckDB's times over those in the peers' file; ClickHouse's are multiplied by it
record Comparison(List<Row> rows, OptionalDouble scale) {

  /// Sets what ClickHouse took beside the rows, as the file and our own DuckDB let us tell.
  static Comparison of(List<Row> rows, PeersFile peers, int threads) {
    List<Double> ratios = new ArrayList<>();
    for (Row row : rows) {
      OptionalDouble then = peers.value("duckdb-file-t" + threads, row.question().name());
      if (row.duckDb() != null && then.isPresent()) {
        ratios.add(row.duckDb().median() / then.getAsDouble());
      }
    }
    OptionalDouble scale = geometricMean(ratios);
    if (scale.isEmpty()) {
      return new Comparison(rows, scale);
    }
    List<Row> scaled = new ArrayList<>();
    for (Row row : rows) {
      OptionalDouble then = peers.value("clickhouse-lc-t" + threads, row.question().name());
      scaled.add(
          then.isEmpty() ? row : row.withClickHouse(then.getAsDouble() * scale.getAsDouble()));
    }
    return new Comparison(scaled, scale);
  }

  /// One question.
  ///
  /// @param answerRows rows of all its answers
  /// @param ours null where it failed
  /// @param http the same asked over HTTP; null where it was not
  /// @param clickHouse scaled milliseconds
  /// @param foreignCores others' work while it was timed
  /// @param wrong how our answer differs from DuckDB's, or why there is none
  record Row(
      Question question,
      int answerRows,
      @Nullable Times ours,
      @Nullable Times http,
      @Nullable Times duckDb,
      OptionalDouble clickHouse,
      double foreignCores,
      @Nullable String wrong) {

    Row withClickHouse(double millis) {
      return new Row(
          question, answerRows, ours, http, duckDb, OptionalDouble.of(millis), foreignCores, wrong);
    }

    OptionalDouble peer() {
      double duck = duckDb == null ? Double.POSITIVE_INFINITY : duckDb.median();
      double faster = Math.min(duck, clickHouse.orElse(Double.POSITIVE_INFINITY));
      return faster < Double.POSITIVE_INFINITY ? OptionalDouble.of(faster) : OptionalDouble.empty();
    }

    String peerName() {
      OptionalDouble peer = peer();
      return peer.isEmpty()
          ? "-"
          : duckDb != null && duckDb.median() == peer.getAsDouble() ? "DuckDB" : "ClickHouse";
    }

    /// Our time over the faster peer's.
    OptionalDouble ratio() {
      return ratio(ours);
    }

    OptionalDouble httpRatio() {
      return ratio(http);
    }

    private OptionalDouble ratio(@Nullable Times times) {
      OptionalDouble peer = peer();
      return times == null || peer.isEmpty()
          ? OptionalDouble.empty()
          : OptionalDouble.of(times.median() / peer.getAsDouble());
    }

    /// Our CPU time over DuckDB's.
    OptionalDouble cpuRatio() {
      return ours == null || duckDb == null
          ? OptionalDouble.empty()
          : OptionalDouble.of(ours.cpuMillis() / duckDb.cpuMillis());
    }

    /// By how much, relative, the ratio may be off; at least 2 %.
    double noise() {
      double own = ours == null ? 0 : ours.noise();
      return Math.max(0.02, own + (duckDb == null ? 0 : duckDb.noise()));
    }

    Verdict verdict() {
      if (wrong != null) {
        return Verdict.WRONG;
      }
      OptionalDouble ratio = ratio();
      if (ratio.isEmpty()) {
        return Verdict.ALONE;
      }
      double value = ratio.getAsDouble();
      return value <= 1.0 / 3
          ? Verdict.THIRD
          : value <= 1 ? Verdict.FASTER : value <= 1 + noise() ? Verdict.EVEN : Verdict.SLOWER;
    }
  }

  enum Verdict {
    /// At most a third of the faster peer's time.
    THIRD("<= 1/3"),
    FASTER("faster"),
    /// Slower by less than the noise.
    EVEN("even"),
    SLOWER("SLOWER"),
    WRONG("WRONG"),
    /// Nobody to compare with.
    ALONE("-");

    private final String text;

    Verdict(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /// Of the ratios to the faster peer; empty without peers.
  OptionalDouble geometricMean() {
    return geometricMean(present(rows.stream().map(Row::ratio).toList()));
  }

  OptionalDouble httpGeometricMean() {
    return geometricMean(present(rows.stream().map(Row::httpRatio).toList()));
  }

  OptionalDouble cpuGeometricMean() {
    return geometricMean(present(rows.stream().map(Row::cpuRatio).toList()));
  }

  private static List<Double> present(List<OptionalDouble> values) {
    return values.stream()
        .filter(OptionalDouble::isPresent)
        .map(OptionalDouble::getAsDouble)
        .toList();
  }

  static OptionalDouble geometricMean(List<Double> values) {
    return values.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.exp(values.stream().mapToDouble(Math::log).sum() / values.size()));
  }

  boolean isRight() {
    return rows.stream().allMatch(row -> row.wrong() == null);
  }
}
