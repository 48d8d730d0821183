package io.tyto.gateway.http;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

/// Gives up on a body that comes too slowly, or not at all: the request is answered, then its
/// connection is closed. Used on the event loop of the request.
final class BodyClock {
  /// What a client has to read the refusal, before it is hung up on.
  private static final long LINGER_MILLIS = 1_000;

  private final HttpServerRequest request;
  private final HttpOptions options;
  private final CompletableFuture<byte[]> body;
  private final Vertx vertx;
  private final long begunNanos = System.nanoTime();
  private long heardNanos = begunNanos;
  private long timer = -1;
  private boolean isStopped;

  BodyClock(HttpServerRequest request, HttpOptions options, CompletableFuture<byte[]> body) {
    this.request = request;
    this.options = options;
    this.body = body;
    this.vertx = Objects.requireNonNull(Vertx.currentContext(), "called on an event loop").owner();
  }

  void start() {
    if (!isStopped) {
      arm(Math.min(options.bodyIdle().toMillis(), options.bodyTimeout().toMillis()));
    }
  }

  void heard() {
    heardNanos = System.nanoTime();
  }

  void stop() {
    isStopped = true;
    vertx.cancelTimer(timer);
  }

  private void arm(long millis) {
    timer = vertx.setTimer(Math.max(1, millis), _ -> check());
  }

  private void check() {
    long now = System.nanoTime();
    long idle = options.bodyIdle().toNanos() - (now - heardNanos);
    long whole = options.bodyTimeout().toNanos() - (now - begunNanos);
    if (idle > 0 && whole > 0) {
      arm(Math.min(idle, whole) / 1_000_000 + 1);
      return;
    }
    isStopped = true;
    body.completeExceptionally(
        new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "the body did not come: at most %d s may pass without any of it, and %d s in all"
                .formatted(options.bodyIdle().toSeconds(), options.bodyTimeout().toSeconds())));
    vertx.setTimer(LINGER_MILLIS, _ -> ConnectionGuard.hangUp(request.connection()));
  }
}
