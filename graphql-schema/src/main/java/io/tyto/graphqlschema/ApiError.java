package io.tyto.graphqlschema;

import graphql.ErrorClassification;
import graphql.ErrorType;
import graphql.GraphQLError;
import graphql.execution.UnknownOperationException;
import graphql.introspection.GoodFaithIntrospection;
import graphql.language.SourceLocation;
import graphql.validation.ValidationError;
import graphql.validation.ValidationErrorType;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.ShardsMissingException;
import io.tyto.model.error.TytoException;
import io.tyto.model.result.MissingRows;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// An error as clients see it: `{message, locations, path, extensions {code, coordinate, retryable,
/// queryId}}`. Nothing of the inside: no class names, no stack traces.
final class ApiError implements GraphQLError {
  private static final long serialVersionUID = 1L;

  /// When it is worth trying again, where an error is one that passes.
  private static final int RETRY_AFTER_MILLIS = 1_000;

  private static final Pattern SYNTAX_TREE =
      Pattern.compile(" with value '[A-Za-z]+Value\\{.*}'", Pattern.DOTALL);

  private final transient ErrorCode code;
  private final String message;
  private final transient @Nullable String coordinate;
  private final transient List<SourceLocation> locations;
  private final transient @Nullable List<Object> path;
  private final String queryId;
  private final transient List<MissingRows> missing;

  private ApiError(
      ErrorCode code,
      String message,
      @Nullable String coordinate,
      List<SourceLocation> locations,
      @Nullable List<Object> path,
      String queryId,
      List<MissingRows> missing) {
    this.missing = missing;
    this.code = code;
    this.message = message;
    this.coordinate = coordinate;
    this.locations = locations;
    this.path = path;
    this.queryId = queryId;
  }

  /// What went wrong with one field.
  static ApiError of(
      TytoException cause,
      @Nullable SourceLocation location,
      @Nullable List<Object> path,
      String queryId) {
    boolean isOurs = cause.code().type() == ErrorCode.Type.INTERNAL;
    return new ApiError(
        cause.code(),
        isOurs ? ours(queryId) : String.valueOf(cause.getMessage()),
        cause.coordinate(),
        location == null ? List.of() : List.of(location),
        path,
        queryId,
        cause instanceof ShardsMissingException shards ? shards.missing() : List.of());
  }

  /// Beside an answer that is without some rows, as was allowed.
  static ApiError ofPartial(List<MissingRows> missing, List<Object> path, String queryId) {
    return of(
        new ShardsMissingException(
            "the answer is without the newest rows of %d partitions: %s"
                .formatted(missing.size(), missing.getFirst().reason()),
            missing,
            null),
        null,
        path,
        queryId);
  }

  /// graphql-java prints a wrong argument as the parser's objects, a page of them for one misspelt
  /// member; the argument's path before it and the complaint behind it say it all.
  private static String withoutSyntaxTree(String message) {
    return SYNTAX_TREE.matcher(message).replaceFirst("");
  }

  /// What an error of graphql-java says, without what only its authors can read.
  static String message(GraphQLError error) {
    return withoutSyntaxTree(String.valueOf(error.getMessage()));
  }

  /// The message for what is not the client's business.
  private static String ours(String queryId) {
    return "the server failed to answer; its log tells more under query " + queryId;
  }

  /// Any error of graphql-java.
  static ApiError of(GraphQLError error, String queryId) {
    if (error instanceof ApiError known) {
      return known;
    }
    ErrorCode code = codeOf(error);
    return new ApiError(
        code,
        code == ErrorCode.INTERNAL ? ours(queryId) : message(error),
        null,
        error.getLocations() == null ? List.of() : error.getLocations(),
        error.getPath(),
        queryId,
        List.of());
  }

  private static ErrorCode codeOf(GraphQLError error) {
    if (error instanceof GoodFaithIntrospection.BadFaithIntrospectionError) {
      return ErrorCode.DOCUMENT_TOO_COMPLEX;
    }
    return switch (error.getErrorType()) {
      case ErrorType.InvalidSyntax ->
          isTooLong(error) ? ErrorCode.DOCUMENT_TOO_COMPLEX : ErrorCode.GRAPHQL_PARSE_FAILED;
      case ErrorType.ExecutionAborted -> ErrorCode.DOCUMENT_TOO_COMPLEX;
      case ErrorType.ValidationError -> validationCode(error);
      case ErrorType.OperationNotSupported -> ErrorCode.GRAPHQL_VALIDATION_FAILED;
      case null, default -> ErrorCode.INTERNAL;
    };
  }

  /// The parser's limits throw what a syntax error throws; only the words differ.
  private static boolean isTooLong(GraphQLError error) {
    return String.valueOf(error.getMessage()).contains("parsing has been cancelled");
  }

  /// graphql-java calls it a validation error too where a document is too deep, and where the value
  /// of a variable is wrong.
  private static ErrorCode validationCode(GraphQLError error) {
    if (error instanceof UnknownOperationException) {
      return ErrorCode.GRAPHQL_VALIDATION_FAILED;
    }
    if (!(error instanceof ValidationError invalid)) {
      return ErrorCode.BAD_USER_INPUT;
    }
    var type = invalid.getValidationErrorType();
    return type == ValidationErrorType.MaxQueryDepthExceeded
            || type == ValidationErrorType.MaxQueryFieldsExceeded
        ? ErrorCode.DOCUMENT_TOO_COMPLEX
        : ErrorCode.GRAPHQL_VALIDATION_FAILED;
  }

  ErrorCode code() {
    return code;
  }

  @Override
  public String getMessage() {
    return message;
  }

  @Override
  public List<SourceLocation> getLocations() {
    return locations;
  }

  @Override
  public ErrorClassification getErrorType() {
    return ErrorClassification.errorClassification(code.name());
  }

  @Override
  public @Nullable List<Object> getPath() {
    return path;
  }

  @Override
  public Map<String, Object> getExtensions() {
    Map<String, Object> extensions = new LinkedHashMap<>();
    extensions.put("code", code.name());
    if (coordinate != null) {
      extensions.put("coordinate", coordinate);
    }
    extensions.put("retryable", code.isRetryable());
    if (code.isRetryable()) {
      extensions.put("retryAfterMs", RETRY_AFTER_MILLIS);
    }
    extensions.put("queryId", queryId);
    if (!missing.isEmpty()) {
      extensions.put(
          "missing",
          missing.stream()
              .map(rows ->
                  Map.of(
                      "collection", rows.collection(),
                      "partition", rows.partition(),
                      "reason", rows.reason()))
              .toList());
    }
    return extensions;
  }

  @Override
  public Map<String, Object> toSpecification() {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("message", message);
    if (!locations.isEmpty()) {
      error.put(
          "locations",
          locations.stream()
              .map(at -> Map.of("line", at.getLine(), "column", at.getColumn()))
              .toList());
    }
    if (path != null) {
      error.put("path", path);
    }
    error.put("extensions", getExtensions());
    return error;
  }

  @Override
  public String toString() {
    return toSpecification().toString();
  }
}
