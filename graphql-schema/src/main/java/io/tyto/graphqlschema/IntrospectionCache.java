package io.tyto.graphqlschema;

import graphql.ExecutionResult;
import io.tyto.graphqlschema.value.Formats;
import io.tyto.graphqlschema.value.JsonWriting;
import io.tyto.graphqlschema.value.StreamedValue;
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

  /// Keeps an answer, each of its fields as the text that it is written as: with a hundred
  /// collections it has a hundred thousand objects.
  void put(GraphQlRequest request, ExecutionResult answer) {
    Map<String, Object> data = new LinkedHashMap<>();
    Map<String, @Nullable Object> fields = answer.getData();
    if (fields != null) {
      fields.forEach((name, value) -> data.put(name, written(value)));
    }
    ExecutionResult kept = ExecutionResult.newExecutionResult().data(data).build();
    synchronized (this) {
      answers.put(request, kept);
    }
  }

  private static StreamedValue written(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    JsonWriting.write(value, text);
    return Formats.json(text.toString());
  }
}
