package io.tyto.gateway;

import io.tyto.gateway.document.Documents;
import io.tyto.gateway.http.JsonText;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a request asks for, as it came: by JSON or by the parameters of a URL.
///
/// @param query text of a document; null where the document is named instead
/// @param documentId of a trusted document
record GraphQlParameters(
    @Nullable String query,
    @Nullable String documentId,
    @Nullable String operationName,
    Map<String, @Nullable Object> variables,
    Map<String, @Nullable Object> extensions) {

  /// Whether the URL of a GET asks for anything.
  static boolean areIn(HttpServerRequest request) {
    return request.query() != null && !request.query().isEmpty();
  }

  /// Whether there is a document, or the name of one.
  boolean hasDocument() {
    return query != null || Documents.isNamed(documentId, extensions);
  }

  /// BAD_JSON, BAD_USER_INPUT.
  static GraphQlParameters ofBody(byte[] body) {
    return switch (JsonText.parse(body)) {
      case Map<?, ?> map -> of(map);
      case List<?> _ ->
          throw new TytoException(
              ErrorCode.BAD_USER_INPUT,
              "expected one JSON object with `query`, found a list: batches are not served, send"
                  + " each operation as a request of its own, or as fields of one operation");
      case null, default ->
          throw new TytoException(
              ErrorCode.BAD_USER_INPUT, "expected a JSON object with `query`, found a value");
    };
  }

  /// The same of a message that is JSON already.
  static GraphQlParameters of(Map<?, ?> map) {
    return new GraphQlParameters(
        text(map.get("query"), "query"),
        text(map.get("documentId"), "documentId"),
        text(map.get("operationName"), "operationName"),
        object(map.get("variables"), "variables"),
        object(map.get("extensions"), "extensions"));
  }

  /// Of a GET: `variables` and `extensions` are JSON.
  static GraphQlParameters ofUrl(HttpServerRequest request) {
    MultiMap parameters = parameters(request);
    return new GraphQlParameters(
        one(parameters, "query"),
        one(parameters, "documentId"),
        one(parameters, "operationName"),
        object(json(parameters, "variables"), "variables"),
        object(json(parameters, "extensions"), "extensions"));
  }

  /// A parameter of the URL, or null; BAD_USER_INPUT where there are two.
  static @Nullable String one(HttpServerRequest request, String name) {
    return one(parameters(request), name);
  }

  private static MultiMap parameters(HttpServerRequest request) {
    try {
      return request.params();
    } catch (IllegalArgumentException e) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "the parameters of the URL are not escaped as UTF-8", e);
    }
  }

  private static @Nullable String one(MultiMap parameters, String name) {
    List<String> values = parameters.getAll(name);
    if (values.size() > 1) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT, "the parameter `" + name + "` came more than once: send one");
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  private static @Nullable Object json(MultiMap parameters, String name) {
    String text = one(parameters, name);
    return text == null || text.isEmpty()
        ? null
        : JsonText.parse(text.getBytes(StandardCharsets.UTF_8));
  }

  private static @Nullable String text(@Nullable Object value, String name) {
    return switch (value) {
      case null -> null;
      case String text -> text;
      default ->
          throw new TytoException(ErrorCode.BAD_USER_INPUT, "`" + name + "` is not a string");
    };
  }

  @SuppressWarnings("unchecked")
  private static Map<String, @Nullable Object> object(@Nullable Object value, String name) {
    return switch (value) {
      case null -> Map.of();
      // SAFETY: JsonText makes string keys.
      case Map<?, ?> map -> (Map<String, @Nullable Object>) map;
      default ->
          throw new TytoException(ErrorCode.BAD_USER_INPUT, "`" + name + "` is not a JSON object");
    };
  }
}
