package io.tyto.gateway;

import graphql.ExecutionResult;
import graphql.GraphqlErrorBuilder;
import io.tyto.gateway.http.JsonText;
import io.tyto.graphqlschema.LiveStream;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.port.LiveService.Following;
import io.vertx.core.buffer.Buffer;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The answers of one operation as server-sent events, in the distinct connections mode of GraphQL
/// over SSE: `next` for each, then `complete`. Thread-safe. *Lifetime*: that of its line.
final class EventStream implements LiveStream.Sink {
  /// What a caller is told who may not be here any more.
  static final ExecutionResult UNWELCOME =
      ExecutionResult.newExecutionResult()
          .addError(
              GraphqlErrorBuilder.newError()
                  .message("the key or token of this stream is not valid any more")
                  .extensions(Map.of("code", ErrorCode.UNAUTHENTICATED.name(), "retryable", false))
                  .build())
          .build();

  private static final Buffer COMPLETE = EventLine.event("complete", null, Buffer.buffer());

  private final EventLine line;
  private volatile @Nullable Following following;

  EventStream(EventLine line) {
    this.line = line;
  }

  /// Tells the one answer of an operation.
  void answer(ExecutionResult result) {
    line.only(event(result, null).appendBuffer(COMPLETE));
  }

  /// Tells all answers of a subscription until the client leaves.
  ///
  /// @param isWelcome asked now and then: whether the client may still be told
  /// @param onClose called once
  void follow(Following begun, BooleanSupplier isWelcome, Runnable onClose) {
    following = begun;
    line.open(
        begun.begin(),
        isWelcome,
        () -> event(UNWELCOME, null).appendBuffer(COMPLETE),
        () -> {
          begun.close();
          onClose.run();
        });
    begun.request();
  }

  @Override
  public void next(ExecutionResult answer, @Nullable String id) {
    line.send(
        event(answer, id),
        () -> {
          Following begun = following;
          if (begun != null) {
            begun.request();
          }
        });
  }

  @Override
  public void ended(@Nullable ExecutionResult answer) {
    line.end(answer == null ? COMPLETE : event(answer, null).appendBuffer(COMPLETE));
  }

  private static Buffer event(ExecutionResult result, @Nullable String id) {
    // Compact JSON has no line breaks, so that it is one line of data.
    return EventLine.event("next", id, JsonText.of(result.toSpecification()));
  }
}
