package io.tyto.gateway.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryTrace;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SightTest {
  private final List<String> ended = new ArrayList<>();
  private final SpanProcessor processor =
      new SpanProcessor() {
        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
          return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
          String parent = span.getParentSpanContext().getSpanId().substring(0, 4);
          ended.add(span.getName() + (parent.equals("0000") ? "" : " in a span"));
        }

        @Override
        public boolean isEndRequired() {
          return true;
        }
      };

  private Sight sight(double ratio) {
    ObserveOptions options = new ObserveOptions(Duration.ZERO, "", ratio, "7");
    return new Sight(Traces.to(processor, options), null, null);
  }

  @Test
  void partsNestOnTheirThreadAndBeginAnewOnOthers() throws InterruptedException {
    Sight sight = sight(1);
    sight.beginOperation("query A", "q1");
    QueryTrace.Part panel = sight.begin("panel", "play");
    QueryTrace.Part scan = sight.begin("scan", "play");
    scan.end(1, 2, 3);
    panel.end(0, 0, 0);
    Thread other = Thread.ofVirtual().start(() -> sight.begin("panel", "").end(0, 0, 0));
    other.join();
    sight.endOperation(1, 0.5, "CANCELLED");
    assertEquals(
        List.of("scan play in a span", "panel play in a span", "panel in a span", "query A"),
        ended);
  }

  @Test
  void spansOfAnOperationHaveABound() {
    Sight sight = sight(1);
    sight.beginOperation("query A", "q1");
    for (int i = 0; i < 3 * Sight.MAX_SPANS; i++) {
      sight.begin("scan", "play").end(0, 0, 0);
    }
    sight.endOperation(0, 0, null);
    assertEquals(Sight.MAX_SPANS + 1, ended.size());
  }

  @Test
  void whatIsNotSampledIsNotFollowed() {
    Sight sight = sight(0);
    sight.beginOperation("query A", "q1");
    assertEquals(QueryTrace.Part.NOTHING, sight.begin("scan", "play"));
    sight.endOperation(0, 0, null);
    assertEquals(List.of(), ended);
  }

  @Test
  void withoutATraceNothingIsAllocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    QueryContext context = new QueryContext("q", Duration.ofMinutes(1), 1);
    long rounds = 100_000;
    follow(context, rounds); // what is loaded and linked once
    long before = threads.getCurrentThreadAllocatedBytes();
    follow(context, rounds);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(bytes < rounds / 10, bytes + " bytes in " + rounds + " rounds");
  }

  private static void follow(QueryContext context, long rounds) {
    for (long i = 0; i < rounds; i++) {
      QueryTrace.Part part = context.trace().begin("scan", "play");
      part.end(i, i, 1);
    }
  }
}
