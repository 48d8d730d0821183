package io.tyto.gateway.http;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Writes responses: the HTTP status of each error code, and the JSON body all errors share.
public final class Replies {
  private static final System.Logger LOG = System.getLogger(Replies.class.getName());
  private static final long RETRY_SECONDS = 1;

  /// Smaller answers may wait in any number of connections.
  private static final int COUNTED_BYTES = 1 << 14;

  private Replies() {}

  /// Sends from any thread; a client that has left is no error. Where clients who do not read take
  /// up too much already, the answer is OVERLOADED instead.
  public static void send(HttpServerRequest request, int status, String contentType, Buffer body) {
    send(request, status, contentType, body, BodyBytes.OF_ANSWERS);
  }

  /// @param bytes of all answers; this one's are given back when its client has it, or is gone
  static void send(
      HttpServerRequest request, int status, String contentType, Buffer body, BodyBytes bytes) {
    HttpServerResponse response = request.response();
    if (response.closed() || response.ended()) {
      return;
    }
    int counted = body.length() < COUNTED_BYTES ? 0 : body.length();
    try {
      bytes.take(counted);
    } catch (TytoException e) {
      // They were put for the answer, and nobody is to keep this in its place.
      response.headers().remove("ETag").remove("Cache-Control");
      failure(request, e);
      return;
    }
    try {
      response
          .setStatusCode(status)
          .putHeader("Content-Type", contentType)
          .end(body)
          .onComplete(_ -> bytes.give(counted));
    } catch (RuntimeException e) {
      bytes.give(counted);
      throw e;
    }
  }

  public static void json(HttpServerRequest request, int status, @Nullable Object value) {
    send(request, status, "application/json; charset=utf-8", JsonText.of(value));
  }

  public static void error(HttpServerRequest request, ErrorCode code, String message) {
    error(request, code, message, RETRY_SECONDS);
  }

  private static void error(
      HttpServerRequest request, ErrorCode code, String message, long retrySeconds) {
    headers(request, code, retrySeconds);
    json(request, status(code), ErrorBody.of(code, message));
  }

  /// What an error tells by headers: when to come back, and how to say who one is.
  public static void headers(HttpServerRequest request, TytoException told) {
    headers(request, told.code(), retrySeconds(told));
  }

  /// The same of an error of which only the code is known.
  public static void headers(HttpServerRequest request, ErrorCode code) {
    headers(request, code, RETRY_SECONDS);
  }

  private static void headers(HttpServerRequest request, ErrorCode code, long retrySeconds) {
    if (code.isRetryable()) {
      request.response().putHeader("Retry-After", Long.toString(retrySeconds));
    }
    if (code == ErrorCode.UNAUTHENTICATED) {
      request.response().putHeader("WWW-Authenticate", "Bearer");
    }
  }

  /// Answers a failure by its code; what has none is logged under an id and told as INTERNAL.
  public static void failure(HttpServerRequest request, Throwable failure) {
    TytoException told = told(failure);
    if (request.response().headWritten()) {
      // Too late to answer otherwise: nobody is to take what was sent for whole.
      LOG.log(System.Logger.Level.WARNING, "a response failed when it had begun: {0}", told);
      if (!request.response().ended()) {
        request.response().reset();
      }
      return;
    }
    error(request, told.code(), String.valueOf(told.getMessage()), retrySeconds(told));
  }

  /// The same where there is no response to answer with.
  public static List<Map<String, Object>> errors(Throwable failure) {
    TytoException told = told(failure);
    return ErrorBody.errors(told.code(), String.valueOf(told.getMessage()));
  }

  private static long retrySeconds(TytoException told) {
    return told instanceof RetryLaterException later
        ? Math.max(RETRY_SECONDS, later.after().plusMillis(999).toSeconds())
        : RETRY_SECONDS;
  }

  /// Does what may block, and answers with its failure where it fails.
  public static void onVirtualThread(HttpServerRequest request, Runnable action) {
    Thread.startVirtualThread(() -> {
      try {
        action.run();
      } catch (RuntimeException e) {
        failure(request, e);
      } catch (Error e) {
        failure(request, e);
        throw e;
      }
    });
  }

  /// The failure as clients may see it; what has no code is logged under an id and becomes
  /// INTERNAL.
  public static TytoException told(Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof TytoException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof TytoException known) {
      return known;
    }
    if (cause instanceof HttpClosedException) {
      return new TytoException(ErrorCode.CANCELLED, "the client has left", cause);
    }
    String id = UUID.randomUUID().toString();
    LOG.log(System.Logger.Level.ERROR, "request " + id + " failed", failure);
    return new TytoException(
        ErrorCode.INTERNAL, "internal error; the server's log has it under " + id);
  }

  public static int status(ErrorCode code) {
    return switch (code) {
      case UNAUTHENTICATED -> 401;
      case FORBIDDEN, DOCUMENT_NOT_TRUSTED -> 403;
      case RATE_LIMITED, CONCURRENCY_LIMITED -> 429;
      case METHOD_NOT_ALLOWED -> 405;
      case NOT_ACCEPTABLE -> 406;
      case NOT_FOUND, UNKNOWN_COLLECTION, PERSISTED_QUERY_NOT_FOUND -> 404;
      case PAYLOAD_TOO_LARGE -> 413;
      case UNSUPPORTED_MEDIA_TYPE -> 415;
      case CONFIG_INCOMPATIBLE,
          STORE_LOCKED,
          VERSION_CONFLICT,
          IDEMPOTENCY_CONFLICT,
          ALREADY_OPEN ->
          409;
      case CONFIG_INVALID -> 422;
      case OVERLOADED,
          SHARDS_MISSING,
          DRAINING,
          DISK_FULL,
          STORE_FAILED,
          LOG_UNAVAILABLE,
          TOPIC_MISSING,
          TOPIC_REPLACED,
          LOG_GAP,
          STALE,
          FENCED ->
          503;
      case GRAPHQL_PARSE_FAILED,
          BAD_JSON,
          GRAPHQL_VALIDATION_FAILED,
          BAD_USER_INPUT,
          DIMENSION_NOT_GROUPED,
          ORDER_KEY_NOT_GROUPED,
          DUPLICATE_KEY,
          RANGE_TOO_WIDE,
          LIMIT_TOO_LARGE,
          DOCUMENT_TOO_COMPLEX,
          NUMERIC_OVERFLOW,
          CURSOR_EXPIRED,
          CURSOR_INVALID,
          COST_LIMIT_EXCEEDED,
          SCAN_LIMIT_EXCEEDED,
          SNAPSHOT_GONE,
          RANGE_TOO_OLD ->
          400;
      case QUERY_TIMEOUT,
          CANCELLED,
          MEMORY_LIMIT_EXCEEDED,
          SEGMENT_CORRUPT,
          MANIFEST_CORRUPT,
          LOG_CORRUPT,
          STORE_UNSUITABLE,
          KEY_MISSING,
          INTERNAL ->
          500;
    };
  }
}
