package io.tyto.gateway;

import graphql.ExecutionResult;
import graphql.GraphQLError;
import io.tyto.gateway.http.Accept;
import io.tyto.gateway.http.ErrorBody;
import io.tyto.gateway.http.Etag;
import io.tyto.gateway.http.HttpProfile;
import io.tyto.gateway.http.JsonText;
import io.tyto.gateway.http.Replies;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How one request is answered, as GraphQL over HTTP has it: the form its client takes, and the
/// status that says what became of it. Used once, from any thread.
final class GraphQlReply {
  static final String CURRENT = "application/graphql-response+json";
  static final String LEGACY = "application/json";

  private static final String VARY = "Accept, " + Etag.BY_CALLER;
  private static final int PARTIAL_SUCCESS = 294;
  private static final int OK = 200;
  private static final int ACCEPTED = 202;

  private final HttpServerRequest request;
  private final HttpProfile profile;
  private final Accept accept;
  private final String type;

  private GraphQlReply(HttpServerRequest request, HttpProfile profile, Accept accept, String type) {
    this.request = request;
    this.profile = profile;
    this.accept = accept;
    this.type = type;
  }

  /// NOT_ACCEPTABLE where the client takes none of the forms there are.
  static GraphQlReply to(HttpServerRequest request, HttpProfile profile) {
    Accept accept = Accept.of(request);
    // Named as gladly, the current form is the better one; of a wildcard the profile decides.
    boolean isCurrentFirst = profile == HttpProfile.EDITION_2026 || accept.names(CURRENT);
    String best =
        accept.best(
            isCurrentFirst
                ? List.of(CURRENT, LEGACY, EventLine.TYPE)
                : List.of(LEGACY, CURRENT, EventLine.TYPE));
    if (best == null) {
      throw new TytoException(
          ErrorCode.NOT_ACCEPTABLE,
          "nothing of what `Accept` names is served here: take %s, %s or %s"
              .formatted(CURRENT, LEGACY, EventLine.TYPE));
    }
    return new GraphQlReply(request, profile, accept, best);
  }

  /// Whether any answer is to come as events.
  boolean isEvents() {
    return type.equals(EventLine.TYPE);
  }

  /// Whether the answers of a subscription may come as events.
  boolean mayBeEvents() {
    return accept.names(EventLine.TYPE);
  }

  /// @param etag names the version of the answer; null where it has none
  void send(ExecutionResult result, @Nullable String etag) {
    request.response().headers().add("Vary", VARY);
    if (etag != null && Etag.answered(request, etag)) {
      return;
    }
    if (etag == null) {
      request.response().putHeader("Cache-Control", "no-store");
    }
    if (result.isDataPresent()) {
      boolean isPartial =
          type.equals(CURRENT) && result.getData() != null && !result.getErrors().isEmpty();
      if (isPartial) {
        request.response().setStatusMessage("Partial Success");
      }
      send(isPartial ? PARTIAL_SUCCESS : OK, result.toSpecification());
    } else {
      ErrorCode code = code(result.getErrors());
      allow(code);
      Replies.headers(request, code);
      send(status(code), result.toSpecification());
    }
  }

  /// Says that the answers come on another connection.
  void accept() {
    if (!request.response().closed()) {
      request.response().setStatusCode(ACCEPTED).putHeader("Cache-Control", "no-store").end();
    }
  }

  /// Refuses what would be answered elsewhere, by a status that no client takes for an answer.
  void reject(ExecutionResult result) {
    ErrorCode code = code(result.getErrors());
    request.response().headers().set("Cache-Control", "no-store");
    allow(code);
    Replies.headers(request, code);
    send(of(Replies.status(code), code), result.toSpecification());
  }

  /// Tells a failure by its code; what has none is logged, and told as INTERNAL.
  void refuse(Throwable failure) {
    TytoException told = Replies.told(failure);
    request.response().headers().add("Vary", VARY).set("Cache-Control", "no-store");
    allow(told.code());
    Replies.headers(request, told);
    // Not of the form of an answer, so that 200 would be wrong, but where clients wait for it.
    boolean isAwaited = told.code() == ErrorCode.PERSISTED_QUERY_NOT_FOUND && !type.equals(CURRENT);
    send(
        isAwaited ? OK : of(Replies.status(told.code()), told.code()),
        ErrorBody.of(told.code(), String.valueOf(told.getMessage())));
  }

  private void allow(ErrorCode code) {
    if (code == ErrorCode.METHOD_NOT_ALLOWED) {
      request.response().putHeader("Allow", HttpMethod.POST.name());
    }
  }

  /// Of an answer without data. Clients that take JSON alone expect 200 for a request that is
  /// wrong, and nothing else is told by its status to them as it is to others.
  private int status(ErrorCode code) {
    int status = Replies.status(code);
    return type.equals(CURRENT) || status != 400 ? of(status, code) : OK;
  }

  /// 400 is for what cannot be read, as the edition of 2026 has it.
  private int of(int status, ErrorCode code) {
    boolean isUnreadable = code == ErrorCode.BAD_JSON || code == ErrorCode.GRAPHQL_PARSE_FAILED;
    return profile == HttpProfile.EDITION_2026 && status == 400 && !isUnreadable ? 422 : status;
  }

  private static ErrorCode code(List<GraphQLError> errors) {
    Object name =
        errors.isEmpty() || errors.getFirst().getExtensions() == null
            ? null
            : errors.getFirst().getExtensions().get("code");
    return name instanceof String text ? ErrorCode.valueOf(text) : ErrorCode.INTERNAL;
  }

  private void send(int status, Map<String, Object> body) {
    String form = type.equals(CURRENT) ? CURRENT : LEGACY;
    Replies.send(request, status, form + "; charset=utf-8", JsonText.of(body));
  }
}
