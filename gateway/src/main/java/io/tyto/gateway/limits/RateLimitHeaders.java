package io.tyto.gateway.limits;

import io.tyto.model.port.LimitService.Use;
import io.vertx.core.http.HttpServerResponse;

/// Tells a caller by headers what may still be used: `RateLimit-Policy` and `RateLimit` as in
/// draft-ietf-httpapi-ratelimit-headers-10, in units of cost rounded down. Callers without limits
/// are told nothing.
public final class RateLimitHeaders {
  private static final String POLICY = "\"cost\"";

  private RateLimitHeaders() {}

  public static void put(HttpServerResponse response, Use use) {
    double quota = use.limits().burst();
    if (Double.isInfinite(quota) || response.headWritten()) {
      return;
    }
    response.putHeader(
        "RateLimit-Policy",
        "%s;q=%d;w=%d"
            .formatted(POLICY, (long) quota, window(quota, use.limits().costPerSecond())));
    response.putHeader(
        "RateLimit",
        "%s;r=%d;t=%d"
            .formatted(
                POLICY,
                Math.max(0, (long) use.remaining()),
                (long) Math.ceil(use.secondsToFull())));
  }

  /// Seconds in which the quota comes back.
  private static long window(double quota, double perSecond) {
    return Math.max(1, (long) Math.ceil(quota / perSecond));
  }
}
