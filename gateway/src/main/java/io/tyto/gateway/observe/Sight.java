package io.tyto.gateway.observe;

import io.tyto.model.query.QueryTrace;
import io.tyto.model.result.QueryMeta;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is seen of one operation: the request that it came with, its trace, and how each of its
/// questions was answered. Thread-safe.
final class Sight implements QueryTrace {
  /// Questions that are remembered for the log; an operation may ask more.
  private static final int MAX_STEPS = 20;

  private final @Nullable String requestId;
  private final List<String> steps = new ArrayList<>();

  Sight(@Nullable String requestId) {
    this.requestId = requestId;
  }

  /// That of an operation nobody looks at.
  static Sight of(QueryTrace trace) {
    return trace instanceof Sight sight ? sight : new Sight(null);
  }

  /// Null where the operation did not come by HTTP.
  @Nullable String requestId() {
    return requestId;
  }

  @Nullable String traceId() {
    return null;
  }

  @Override
  public Part begin(String what, String of) {
    return Part.NOTHING;
  }

  /// Notes how a question was answered.
  ///
  /// @param meta null where the answer has none
  synchronized void answered(String kind, String collection, @Nullable QueryMeta meta, long nanos) {
    if (steps.size() < MAX_STEPS) {
      String millis = "%.1f ms".formatted(nanos / 1e6);
      steps.add(
          meta == null
              ? "%s of %s in %s".formatted(kind, collection, millis)
              : "%s of %s from %s in %s: %d rows of %d sources, %d left out"
                  .formatted(
                      kind,
                      collection,
                      meta.servedBy(),
                      millis,
                      meta.rowsScanned(),
                      meta.segmentsScanned(),
                      meta.segmentsPruned()));
    }
  }

  /// In the order in which they were answered.
  synchronized List<String> steps() {
    return List.copyOf(steps);
  }
}
