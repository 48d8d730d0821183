package io.tyto.gateway.observe;

import io.tyto.graphqlschema.GraphQlRequest;
import io.tyto.model.query.QueryContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Logs operations that took long: who asked what, without any value, and how it was answered.
/// Thread-safe.
final class SlowLog {
  /// The logger's name, so that these events can be had apart.
  static final String NAME = "io.tyto.slow";

  private static final System.Logger LOG = System.getLogger(NAME);

  private final long thresholdNanos;

  /// @param threshold 0 logs every operation
  SlowLog(Duration threshold) {
    this.thresholdNanos = threshold.toNanos();
  }

  boolean isSlow(long nanos) {
    return nanos >= thresholdNanos;
  }

  /// @param request null where it is no GraphQL
  /// @param outcome `ok`, or the code of what ended it
  /// @param isValid whether the request's text was found to be right, so that it can be shown
  void log(
      RunningQueries.Entry entry,
      @Nullable GraphQlRequest request,
      boolean isValid,
      Sight sight,
      String outcome) {
    QueryContext context = entry.context();
    LogFields fields =
        LogFields.builder()
            .put("what", entry.what())
            .put("outcome", outcome)
            .put("millis", entry.runningNanos() / 1_000_000)
            .put("rows", context.rowsScanned())
            .put("cost", Math.round(context.cost() * 1e3) / 1e3)
            .put("caller", context.caller().id())
            .put("collections", entry.collections())
            .put("hash", request == null ? null : OperationText.hash(request))
            .put(
                "operation",
                request == null || !isValid ? null : OperationText.withoutValues(request))
            .put("plan", sight.steps())
            .build();
    LOG.log(System.Logger.Level.WARNING, "slow operation: {0}", fields);
  }
}
