package io.tyto.graphqlschema;

import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.DataFetcherExceptionHandlerParameters;
import graphql.execution.DataFetcherExceptionHandlerResult;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

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
        ApiError.of(
            known(cause),
            parameters.getSourceLocation(),
            parameters.getPath().toList(),
            operation.queryId());
    if (error.code().type() == ErrorCode.Type.INTERNAL) {
      LOGGER.log(
          Level.ERROR,
          "query %s failed at %s".formatted(operation.queryId(), parameters.getPath()),
          cause);
    }
    return CompletableFuture.completedFuture(
        DataFetcherExceptionHandlerResult.newResult(error).build());
  }

  private static TytoException known(Throwable cause) {
    return cause instanceof TytoException known
        ? known
        : new TytoException(ErrorCode.INTERNAL, cause.toString(), cause);
  }
}
