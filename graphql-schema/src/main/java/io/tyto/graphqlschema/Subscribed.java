package io.tyto.graphqlschema;

import graphql.ExecutionResult;
import graphql.ExecutionResultImpl;
import graphql.execution.ExecutionContext;
import graphql.execution.ExecutionStrategy;
import graphql.execution.ExecutionStrategyParameters;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// Ends the execution of a subscription where it has been checked: its answers are shaped by its
/// panel, as those of queries are, so that a Publisher of graphql-java and its fetchers have
/// nothing to do.
final class Subscribed extends ExecutionStrategy {

  @Override
  public CompletableFuture<ExecutionResult> execute(
      ExecutionContext context, ExecutionStrategyParameters parameters) {
    return CompletableFuture.completedFuture(
        new ExecutionResultImpl(Map.of(), context.getErrors()));
  }
}
