package io.tyto.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lets pages of other origins ask, where an operator lists them. Never with cookies: callers say
/// who they are by headers, which a page has to know.
public final class Cors {
  /// Where pages of no other origin may ask.
  public static final Cors NONE = new Cors(List.of());

  private static final String ANY = "*";
  private static final String MAX_AGE_SECONDS = "7200";
  private static final String REQUEST_HEADERS =
      "Content-Type, Accept, Authorization, X-Api-Key, If-None-Match, Last-Event-ID, Prefer,"
          + " Idempotency-Key, X-GraphQL-Event-Stream-Token, X-Request-Id, traceparent, tracestate";
  private static final String RESPONSE_HEADERS =
      "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, Content-Disposition,"
          + " Preference-Applied, X-Request-Id, Tyto-Query-Id, Tyto-Rows";

  private final List<String> origins;

  /// @param origins such as `https://app.example.com`, or `*` for all
  public Cors(List<String> origins) {
    this.origins = origins;
  }

  public boolean allows(@Nullable String origin) {
    return origin != null && (origins.contains(ANY) || origins.contains(origin));
  }

  /// Whether a page asks that is neither ours nor of a listed origin. Whoever is no browser says
  /// nothing of an origin.
  public boolean isForeign(HttpServerRequest request) {
    String origin = request.getHeader("Origin");
    if (origin == null || allows(origin)) {
      return false;
    }
    int scheme = origin.indexOf("://");
    HostAndPort own = request.authority();
    return scheme < 0
        || own == null
        || !origin.substring(scheme + 3).equalsIgnoreCase(own.toString());
  }

  /// Tells the browser whether the page that asks may have the answer.
  public void mark(HttpServerRequest request) {
    if (origins.isEmpty()) {
      return;
    }
    HttpServerResponse response = request.response();
    response.headers().add("Vary", "Origin");
    String origin = request.getHeader("Origin");
    if (allows(origin)) {
      response
          .putHeader("Access-Control-Allow-Origin", origins.contains(ANY) ? ANY : origin)
          .putHeader("Access-Control-Expose-Headers", RESPONSE_HEADERS);
    }
  }

  /// Answers what a browser asks before it sends a request for a page.
  ///
  /// @param methods of the path
  public void preflight(HttpServerRequest request, String methods) {
    HttpServerResponse response = request.response();
    response.setStatusCode(204).putHeader("Allow", methods);
    if (allows(request.getHeader("Origin"))) {
      response
          .putHeader("Access-Control-Allow-Methods", methods)
          .putHeader("Access-Control-Allow-Headers", REQUEST_HEADERS)
          .putHeader("Access-Control-Max-Age", MAX_AGE_SECONDS);
    }
    response.end();
  }
}
