package io.tyto.gateway.observe;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.tyto.model.query.QueryTrace;
import io.tyto.model.result.QueryMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// What is seen of one operation: the request that it came with, its trace, and how each of its
/// questions was answered. Thread-safe.
final class Sight implements QueryTrace {
  /// Questions that are remembered for the log; an operation may ask more.
  private static final int MAX_STEPS = 20;

  /// Of one operation; further parts are not told.
  static final int MAX_SPANS = 100;

  private final Traces traces;
  private final @Nullable String requestId;
  private final @Nullable Span request;
  private final List<String> steps = new ArrayList<>();
  private final AtomicInteger spans = new AtomicInteger();
  private volatile @Nullable Span operation;

  /// @param request null where it did not come by HTTP, or nothing is traced
  Sight(Traces traces, @Nullable String requestId, @Nullable Span request) {
    this.traces = traces;
    this.requestId = requestId;
    this.request = request;
  }

  /// That of an operation; one of its own where nobody has looked so far.
  static Sight of(QueryTrace trace, Traces traces) {
    return trace instanceof Sight sight ? sight : new Sight(traces, null, null);
  }

  /// Null where the operation did not come by HTTP.
  @Nullable String requestId() {
    return requestId;
  }

  /// Null where nothing is traced.
  @Nullable String traceId() {
    Span span = operation;
    return span == null ? null : span.getSpanContext().getTraceId();
  }

  void beginOperation(String what, String queryId) {
    Span span = traces.within(request, what);
    if (span != null) {
      span.setAttribute("tyto.query.id", queryId);
      operation = span;
    }
  }

  /// @param code of the first error; null: there was none
  void endOperation(long rows, double cost, @Nullable String code) {
    Span span = operation;
    if (span != null) {
      span.setAttribute("tyto.rows", rows);
      span.setAttribute("tyto.cost", cost);
      if (code != null) {
        span.setStatus(StatusCode.ERROR, code);
      }
      span.end();
    }
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // the part closes it
  public Part begin(String what, String of) {
    Span whole = operation;
    if (whole == null || !whole.isRecording() || spans.incrementAndGet() > MAX_SPANS) {
      return Part.NOTHING;
    }
    // Parts of parts run on the thread of the whole; others begin below the operation.
    Span current = Span.current();
    Span parent = current.getSpanContext().isValid() ? current : whole;
    Span span = traces.within(parent, of.isEmpty() ? what : what + " " + of);
    return span == null ? Part.NOTHING : new Traced(span, span.makeCurrent());
  }

  private record Traced(Span span, Scope scope) implements Part {
    @Override
    public void end(long rows, long bytes, int sources) {
      scope.close();
      span.setAttribute("tyto.rows", rows);
      span.setAttribute("tyto.bytes", bytes);
      span.setAttribute("tyto.sources", sources);
      span.end();
    }
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
