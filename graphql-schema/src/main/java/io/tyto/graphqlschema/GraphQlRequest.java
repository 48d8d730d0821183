package io.tyto.graphqlschema;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One GraphQL operation as it came over the wire.
///
/// @param query the document's text
/// @param operationName which operation of the document; null where it has only one
/// @param variables parsed JSON: Map, List, String, Boolean, Number, null
/// @param extensions the request's own extensions; unknown ones are ignored
/// @param isReadOnly METHOD_NOT_ALLOWED where it is a mutation
/// @param mayTrust whether its caller runs documents of its own, and so may save them for others
public record GraphQlRequest(
    String query,
    @Nullable String operationName,
    Map<String, @Nullable Object> variables,
    Map<String, @Nullable Object> extensions,
    boolean isReadOnly,
    boolean mayTrust) {

  public GraphQlRequest(
      String query,
      @Nullable String operationName,
      Map<String, @Nullable Object> variables,
      Map<String, @Nullable Object> extensions,
      boolean isReadOnly) {
    this(query, operationName, variables, extensions, isReadOnly, true);
  }

  public GraphQlRequest(
      String query,
      @Nullable String operationName,
      Map<String, @Nullable Object> variables,
      Map<String, @Nullable Object> extensions) {
    this(query, operationName, variables, extensions, false);
  }

  public static GraphQlRequest of(String query) {
    return new GraphQlRequest(query, null, Map.of(), Map.of());
  }
}
