package io.tyto.gateway.observe;

import io.opentelemetry.api.trace.Span;
import io.tyto.gateway.http.Replies;
import io.tyto.gateway.http.Route;
import io.tyto.model.error.ErrorCode;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.spi.context.storage.ContextLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Stands before the router: names, times and counts requests, and turns them away once the server
/// is about to stop. Thread-safe.
///
/// Made before Vert.x is: what it keeps with a request needs a place there.
public final class Requests {
  private static final ContextLocal<Seen> SEEN = ContextLocal.registerLocal(Seen.class);
  private static final String REQUEST_ID = "X-Request-Id";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /// What other requests of a connection have to end in, once one was told that the server stops.
  private static final long LAST_SECONDS = 10;

  /// Asked while the server stops, too.
  private static final Set<String> ALWAYS = Set.of("/live", "/ready", "/metrics");

  private final Meters meters;
  private final Traces traces;
  private final Set<HttpServerRequest> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean isDraining;

  Requests(Meters meters, Traces traces) {
    this.meters = meters;
    this.traces = traces;
  }

  /// A request under way.
  static final class Seen {
    private final String id;
    private final long startedNanos = System.nanoTime();
    private final AtomicBoolean isEnded = new AtomicBoolean();
    private volatile String route = "none";

    private final @Nullable Span span;

    /// Done where the client leaves; on the event loop.
    private final List<Runnable> ifGone = new ArrayList<>();

    Seen(String id, @Nullable Span span) {
      this.id = id;
      this.span = span;
    }

    /// Null where nothing is traced.
    @Nullable Span span() {
      return span;
    }

    /// The client's or a proxy's where they gave one.
    String id() {
      return id;
    }
  }

  /// Requests as the router gets them.
  public Handler<HttpServerRequest> before(Handler<HttpServerRequest> router) {
    return request -> {
      Seen seen = new Seen(id(request), traces.request(request));
      request.response().putHeader(REQUEST_ID, seen.id);
      if (!request.canUpgradeToWebSocket()) {
        underWay.add(request);
      }
      request.response().endHandler(_ -> ended(request, seen, false));
      // There is no end of what is broken off, and over HTTP/2 there is both.
      request.response().closeHandler(_ -> ended(request, seen, !request.response().ended()));
      Context context = Vertx.currentContext();
      if (context != null) {
        context.putLocal(SEEN, seen);
      }
      if (isDraining && !ALWAYS.contains(request.path())) {
        turnAway(request);
        return;
      }
      router.handle(request);
    };
  }

  private static void turnAway(HttpServerRequest request) {
    boolean isShared = request.version() == HttpVersion.HTTP_2;
    if (!isShared) {
      request.response().putHeader("Connection", "close");
    }
    Replies.error(request, ErrorCode.DRAINING, "this server is about to stop: ask another one");
    if (isShared) {
      request.connection().shutdown(LAST_SECONDS, TimeUnit.SECONDS);
    }
  }

  /// Does something if the client leaves before the answer to the request that is handled now is
  /// whole; call on its event loop, where it is done. A response has one handler of its end, which
  /// is ours.
  public static void ifGone(Runnable action) {
    Seen seen = current();
    if (seen == null) {
      throw new IllegalStateException("no request is handled on this thread");
    }
    seen.ifGone.add(action);
  }

  /// Says which route took the request that is handled now.
  public static void routed(Route route) {
    Seen seen = current();
    if (seen != null) {
      seen.route = route.method() + " " + route.path().pattern();
    }
  }

  /// The request that is handled now; call on its event loop.
  static @Nullable Seen current() {
    Context context = Vertx.currentContext();
    return context == null ? null : context.getLocal(SEEN);
  }

  private void ended(HttpServerRequest request, Seen seen, boolean isGone) {
    if (!seen.isEnded.compareAndSet(false, true)) {
      return;
    }
    underWay.remove(request);
    int status = request.response().getStatusCode();
    Span span = seen.span;
    if (span != null) {
      span.updateName(seen.route);
      span.setAttribute("http.route", seen.route);
      span.setAttribute("http.response.status_code", status);
      span.end();
    }
    meters.time(
        Meter.HTTP,
        System.nanoTime() - seen.startedNanos,
        seen.route,
        isGone ? "gone" : status / 100 + "xx");
    if (isGone) {
      seen.ifGone.forEach(Runnable::run);
    }
  }

  private static String id(HttpServerRequest request) {
    String given = request.getHeader(REQUEST_ID);
    return given != null && ID.matcher(given).matches() ? given : UUID.randomUUID().toString();
  }

  /// From now on only those who ask how the server is are answered.
  void drain() {
    isDraining = true;
  }

  /// Requests whose answer is not written yet; streams of events end when their clients leave.
  long waiting() {
    return underWay.stream()
        .filter(request -> {
          String type = request.response().headers().get("Content-Type");
          return type == null || !type.startsWith("text/event-stream");
        })
        .count();
  }

  boolean isDraining() {
    return isDraining;
  }
}
