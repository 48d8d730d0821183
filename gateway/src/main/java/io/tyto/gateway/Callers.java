package io.tyto.gateway;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells who sends a request, or opens a WebSocket: the one place where credentials are read.
/// Thread-safe.
final class Callers {
  /// How often connections that stay open are asked whether their caller may still be here.
  static final long RECHECK_MILLIS = 2_000;

  private static final String BEARER = "bearer ";
  private static final String AUTHORIZATION = "Authorization";
  private static final String API_KEY = "X-Api-Key";

  private final Authenticator authenticator;

  Callers(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  /// UNAUTHENTICATED, RATE_LIMITED.
  Caller of(HttpServerRequest request) {
    return authenticator.authenticate(
        new Credentials(
            bearer(only(request, AUTHORIZATION)), only(request, API_KEY), address(request)));
  }

  /// The same of a WebSocket, whose client may say in `connection_init` what it cannot say in
  /// headers, such as in a browser. What the payload says wins.
  Caller of(HttpServerRequest handshake, @Nullable Map<?, ?> payload) {
    String bearer = payload == null ? null : bearer(text(payload, "authorization"));
    String apiKey = payload == null ? null : text(payload, "apikey");
    if (apiKey == null && payload != null) {
      apiKey = text(payload, API_KEY);
    }
    return bearer == null && apiKey == null
        ? of(handshake)
        : authenticator.authenticate(new Credentials(bearer, apiKey, address(handshake)));
  }

  /// Whether a caller that was let in would be let in again.
  boolean isStillValid(Caller caller) {
    return authenticator.isStillValid(caller);
  }

  private static String address(HttpServerRequest request) {
    return request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress();
  }

  /// Two of a kind would let two readers see two callers.
  private static @Nullable String only(HttpServerRequest request, String header) {
    List<String> values = request.headers().getAll(header);
    if (values.size() > 1) {
      throw new TytoException(
          ErrorCode.UNAUTHENTICATED, "the header " + header + " came more than once: send one");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  private static @Nullable String bearer(@Nullable String header) {
    return header != null && header.regionMatches(true, 0, BEARER, 0, BEARER.length())
        ? header.substring(BEARER.length()).strip()
        : null;
  }

  private static @Nullable String text(Map<?, ?> payload, String name) {
    for (Map.Entry<?, ?> entry : payload.entrySet()) {
      if (name.equalsIgnoreCase(String.valueOf(entry.getKey()))
          && entry.getValue() instanceof String text) {
        return text;
      }
    }
    return null;
  }
}
