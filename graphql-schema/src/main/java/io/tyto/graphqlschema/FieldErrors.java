package io.tyto.graphqlschema;

import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.DataFetcherExceptionHandlerParameters;
import graphql.execution.DataFetcherExceptionHandlerResult;
import graphql.language.SourceLocation;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// Makes errors for clients of what panels throw; what is the server's own fault goes to the log,
/// whole, and to the client by its query id only.
final class FieldErrors implements DataFetcherExceptionHandler {
  private static final System.Logger LOGGER = System.getLogger(FieldErrors.class.getName());

  @Override
  public CompletableFuture<DataFetcherExceptionHandlerResult> handleException(
      DataFetcherExceptionHandlerParameters parameters) {
    Operation operation = Operation.in(parameters.getDataFetchingEnvironment().getGraphQlContext());
    Throwable thrown = parameters.getException();
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    ApiError error =
        tell(
            cause,
            parameters.getSourceLocation(),
            parameters.getPath().toList(),
            operation.queryId());
    return CompletableFuture.completedFuture(
        DataFetcherExceptionHandlerResult.newResult(error).build());
  }

  /// The error for the client; logged where it is the server's own fault.
  static ApiError tell(
      Throwable cause, @Nullable SourceLocation location, List<Object> path, String queryId) {
    TytoException known =
        cause instanceof TytoException tyto
            ? tyto
            : new TytoException(ErrorCode.INTERNAL, cause.toString(), cause);
    if (known.code().type() == ErrorCode.Type.INTERNAL) {
      LOGGER.log(Level.ERROR, "query %s failed at %s".formatted(queryId, path), cause);
    }
    return ApiError.of(known, location, path, queryId);
  }
}
