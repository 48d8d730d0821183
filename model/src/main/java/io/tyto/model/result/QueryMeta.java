package io.tyto.model.result;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an answer came about.
///
/// @param servedBy `segments`, `cube:name`, or `cube:name+segments` where rows were read too
/// @param watermark greatest event time of committed and tail rows; null without rows
/// @param cache whether the answer was kept from before, or computed by somebody who asked the
///   same; then nothing was read for it
/// @param cost units charged for what was read, see {@link io.tyto.model.query.Estimate}
/// @param missing rows that the answer is without, where whoever asked allowed that
/// @param approximate the approximate measures, each with its stated error
public record QueryMeta(
    String queryId,
    String servedBy,
    double elapsedMillis,
    long rowsScanned,
    long bytesScanned,
    int segmentsScanned,
    int segmentsPruned,
    @Nullable Instant watermark,
    String snapshot,
    boolean truncated,
    List<String> approximate,
    List<Warning> warnings,
    Cache cache,
    double cost,
    List<MissingRows> missing) {

  public enum Cache {
    HIT,
    MISS,
    /// Answers of this kind are not kept.
    BYPASS
  }

  /// Of an answer that is not looked for among others.
  public QueryMeta(
      String queryId,
      String servedBy,
      double elapsedMillis,
      long rowsScanned,
      long bytesScanned,
      int segmentsScanned,
      int segmentsPruned,
      @Nullable Instant watermark,
      String snapshot,
      boolean truncated,
      List<String> approximate,
      List<Warning> warnings) {
    this(
        queryId,
        servedBy,
        elapsedMillis,
        rowsScanned,
        bytesScanned,
        segmentsScanned,
        segmentsPruned,
        watermark,
        snapshot,
        truncated,
        approximate,
        warnings,
        Cache.BYPASS,
        0,
        List.of());
  }

  /// Of an answer that was computed and is kept.
  public QueryMeta asComputed() {
    return with(Cache.MISS, cost, missing);
  }

  /// Of the same answer for somebody for whom nothing was read.
  public QueryMeta asKept(String otherQueryId, double otherMillis) {
    return new QueryMeta(
        otherQueryId,
        servedBy,
        otherMillis,
        0,
        0,
        0,
        0,
        watermark,
        snapshot,
        truncated,
        approximate,
        warnings,
        Cache.HIT,
        0,
        missing);
  }

  /// The same with what it was charged.
  public QueryMeta withCost(double units) {
    return with(cache, units, missing);
  }

  /// The same of an answer that is without some rows.
  public QueryMeta withMissing(List<MissingRows> rows) {
    return with(cache, cost, List.copyOf(rows));
  }

  private QueryMeta with(Cache newCache, double units, List<MissingRows> rows) {
    return new QueryMeta(
        queryId,
        servedBy,
        elapsedMillis,
        rowsScanned,
        bytesScanned,
        segmentsScanned,
        segmentsPruned,
        watermark,
        snapshot,
        truncated,
        approximate,
        warnings,
        newCache,
        units,
        rows);
  }

  public record Warning(String code, String message, @Nullable String coordinate) {}
}
