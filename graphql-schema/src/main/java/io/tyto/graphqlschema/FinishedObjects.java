package io.tyto.graphqlschema;

import graphql.execution.AsyncExecutionStrategy;
import graphql.execution.DataFetcherExceptionHandler;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategyParameters;
import graphql.schema.GraphQLObjectType;
import java.util.Map;

/// Takes an object that is a map already as it is, where graphql-java would fetch each of its
/// cells: a panel has shaped its answer from the same selection.
final class FinishedObjects extends AsyncExecutionStrategy {

  FinishedObjects(DataFetcherExceptionHandler errors) {
    super(errors);
  }

  @Override
  protected Object completeValueForObject(
      ExecutionContext context,
      ExecutionStrategyParameters parameters,
      GraphQLObjectType type,
      Object result) {
    return result instanceof Map<?, ?>
        ? result
        : super.completeValueForObject(context, parameters, type, result);
  }
}
