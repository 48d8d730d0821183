package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import graphql.ExecutionResult;
import graphql.GraphQLError;
import io.tyto.model.query.QueryContext;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Asks an API over the recharge and the every-type collection, at noon of 2026-11-21 in UTC.
final class Client {
  final FakeQueries queries;
  final GraphQlApi api;

  Client() {
    this(new FakeQueries(Collections.recharge(), Collections.everything()));
  }

  Client(FakeQueries queries) {
    this(queries, GraphQlOptions.DEFAULT);
  }

  Client(FakeQueries queries, GraphQlOptions options) {
    this(queries, options, Clock.fixed(FakeQueries.NOON, ZoneOffset.UTC));
  }

  Client(FakeQueries queries, GraphQlOptions options, Clock clock) {
    this.queries = queries;
    this.api =
        GraphQlApi.build(
            List.of(Collections.recharge(), Collections.everything()), queries, clock, options);
  }

  static QueryContext context() {
    return new QueryContext("q-1", Duration.ofSeconds(30), 1 << 20);
  }

  ExecutionResult ask(String query, Map<String, @Nullable Object> variables) {
    return ask(query, null, variables);
  }

  ExecutionResult ask(
      String query, @Nullable String operation, Map<String, @Nullable Object> variables) {
    return api.execute(new GraphQlRequest(query, operation, variables, Map.of()), context());
  }

  /// The data of an answer without errors, as JSON.
  String data(String query) {
    ExecutionResult result = ask(query, Map.of());
    assertEquals(List.of(), result.getErrors());
    return Json.of(result.getData());
  }

  /// What `recharge { ... }` answers.
  String recharge(String selection) {
    String data = data("{recharge{" + selection + "}}");
    return data.substring("{recharge:".length(), data.length() - 1);
  }

  /// The one error of a request that is refused as a whole.
  GraphQLError refusal(String query) {
    ExecutionResult result = ask(query, Map.of());
    assertFalse(result.isDataPresent(), "data: " + result);
    assertEquals(1, result.getErrors().size(), result.getErrors().toString());
    return result.getErrors().getFirst();
  }

  /// `CODE coordinate` of that error.
  String refused(String query) {
    GraphQLError error = refusal(query);
    Map<String, Object> extensions = Objects.requireNonNull(error.getExtensions());
    Object coordinate = extensions.get("coordinate");
    return extensions.get("code") + (coordinate == null ? "" : " " + coordinate);
  }

  String rechargeRefused(String selection) {
    return refused("{recharge{" + selection + "}}");
  }
}
