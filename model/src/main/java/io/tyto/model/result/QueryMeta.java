package io.tyto.model.result;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How an answer came about.
///
/// @param servedBy `segments`, `cube:name`, or `cube:name+segments` where rows were read too
/// @param watermark greatest event time of committed and tail rows; null without rows
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
    List<Warning> warnings) {

  public record Warning(String code, String message, @Nullable String coordinate) {}
}
