package io.tyto.gateway;

import graphql.ExecutionResult;
import graphql.GraphqlErrorBuilder;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.LiveStream;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.port.LiveService.Following;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The answers of one operation as server-sent events, in the distinct connections mode of GraphQL
/// over SSE: `next` for each, then `complete`.
///
/// Everything happens on the event loop of the request. *Lifetime*: that of the response.
final class EventStream implements LiveStream.Sink {
  static final String TYPE = "text/event-stream";

  private static final Buffer COMPLETE = Buffer.buffer("event: complete\ndata: \n\n");
  private static final ExecutionResult UNWELCOME =
      ExecutionResult.newExecutionResult()
          .addError(
              GraphqlErrorBuilder.newError()
                  .message("the key or token of this stream is not valid any more")
                  .extensions(Map.of("code", ErrorCode.UNAUTHENTICATED.name(), "retryable", false))
                  .build())
          .build();
  private static final Buffer KEEP_ALIVE = Buffer.buffer(":\n\n");

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context context;
  private final SocketOptions options;
  private long timer = -1;
  private long checks = -1;
  private long takenNanos = System.nanoTime();
  private @Nullable Following following;
  private boolean isClosed;

  /// @param context of the request
  EventStream(HttpServerRequest request, Context context, SocketOptions options) {
    this.request = request;
    this.response = request.response();
    this.context = context;
    this.options = options;
  }

  /// Tells the one answer of an operation.
  void answer(ExecutionResult result) {
    Buffer event = event(result);
    context.runOnContext(_ -> {
      open();
      response.write(event);
      response.end(COMPLETE);
    });
  }

  /// Tells all answers of a subscription until the client leaves.
  ///
  /// @param isWelcome asked now and then: whether the client may still be told
  /// @param onClose called once
  void follow(Following begun, BooleanSupplier isWelcome, Runnable onClose) {
    context.runOnContext(_ -> {
      if (response.closed()) {
        begun.close();
        onClose.run();
        return;
      }
      following = begun;
      response.closeHandler(_ -> {
        end();
        onClose.run();
      });
      response.drainHandler(_ -> {
        takenNanos = System.nanoTime();
        begun.request();
      });
      timer = context.owner().setPeriodic(options.pingEvery().toMillis(), _ -> keepAlive());
      checks =
          context
              .owner()
              .setPeriodic(
                  Callers.RECHECK_MILLIS,
                  _ -> {
                    if (!isWelcome.getAsBoolean()) {
                      ended(UNWELCOME);
                    }
                  });
      open();
      response.write(KEEP_ALIVE);
      begun.request();
    });
  }

  @Override
  public void next(ExecutionResult answer) {
    Buffer event = event(answer);
    context.runOnContext(_ -> {
      if (isClosed) {
        return;
      }
      response.write(event);
      // Else it is asked for when there is room again.
      if (!response.writeQueueFull() && following != null) {
        following.request();
      }
    });
  }

  @Override
  public void ended(@Nullable ExecutionResult answer) {
    Buffer event = answer == null ? null : event(answer);
    context.runOnContext(_ -> {
      if (isClosed) {
        return;
      }
      if (event != null) {
        response.write(event);
      }
      response.end(COMPLETE);
      end();
    });
  }

  private void open() {
    response.setChunked(true);
    response.putHeader("Content-Type", TYPE + "; charset=utf-8");
    response.putHeader("Cache-Control", "no-cache, no-transform");
    // Neither we nor a proxy before us may hold events back.
    response.putHeader("Content-Encoding", "identity");
    response.putHeader("X-Accel-Buffering", "no");
  }

  private void keepAlive() {
    if (!response.writeQueueFull()) {
      takenNanos = System.nanoTime();
      response.write(KEEP_ALIVE);
    } else if (System.nanoTime() - takenNanos > options.stallTimeout().toNanos()) {
      request.connection().close();
    }
  }

  private void end() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    context.owner().cancelTimer(timer);
    context.owner().cancelTimer(checks);
    if (following != null) {
      following.close();
    }
  }

  private static Buffer event(ExecutionResult result) {
    // Compact JSON has no line breaks, so that it is one line of data.
    return Buffer.buffer("event: next\ndata: ")
        .appendBuffer(JsonText.of(result.toSpecification()))
        .appendString("\n\n");
  }
}
