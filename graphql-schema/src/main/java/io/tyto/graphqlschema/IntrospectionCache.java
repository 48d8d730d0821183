package io.tyto.graphqlschema;

import graphql.ExecutionResult;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Keeps the answers to the few requests with which tools read the schema: with a hundred
/// collections each takes seconds, and it is the same until the schema changes. Thread-safe.
final class IntrospectionCache {
  private static final int MAX_ANSWERS = 8;

  private final Map<GraphQlRequest, ExecutionResult> answers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<GraphQlRequest, ExecutionResult> eldest) {
          return size() > MAX_ANSWERS;
        }
      };

  synchronized @Nullable ExecutionResult get(GraphQlRequest request) {
    return answers.get(request);
  }

  synchronized void put(GraphQlRequest request, ExecutionResult answer) {
    answers.put(request, answer);
  }
}
