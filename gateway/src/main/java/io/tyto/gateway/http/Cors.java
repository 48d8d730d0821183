package io.tyto.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Lets pages of other origins ask, where an operator lists them. Never with cookies: callers say
/// who they are by headers, which a page has to know.
public final class Cors {
  private static final String ANY = "*";
  private static final String MAX_AGE_SECONDS = "7200";
  private static final String REQUEST_HEADERS =
      "Content-Type, Accept, Authorization, X-Api-Key, If-None-Match, Last-Event-ID, Prefer,"
          + " Idempotency-Key, X-GraphQL-Event-Stream-Token";
  private static final String RESPONSE_HEADERS =
      "ETag, Location, Retry-After, RateLimit, RateLimit-Policy, Content-Disposition";

  private final List<String> origins;

  /// @param origins such as `https://app.example.com`, or `*` for all
  public Cors(List<String> origins) {
    this.origins = origins;
  }

  public boolean allows(@Nullable String origin) {
    return origin != null && (origins.contains(ANY) || origins.contains(origin));
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
