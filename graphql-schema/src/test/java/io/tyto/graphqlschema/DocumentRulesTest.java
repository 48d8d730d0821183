package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import graphql.ExecutionResult;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What graphql-java leaves open: clients that validate before they send must never be told
/// otherwise by the server.
class DocumentRulesTest {
  private static final String COUNT = "{ totals { count } }";

  private final Client client = new Client();

  private String words(String query) {
    assertEquals("GRAPHQL_VALIDATION_FAILED", client.refused(query), query);
    return client.refusal(query).getMessage();
  }

  @Test
  void theOneKeyIsNotNull() {
    assertEquals(
        "Validation error: TimeRange.last is null, and must not be: it is the one member that is given",
        words("{ recharge { aggregate(input: {range: {last: null}}) " + COUNT + " } }"));
    words(
        "{ recharge { aggregate(input: {range: {preset: TODAY}, orderBy: [{key: null}]}) "
            + COUNT
            + " } }");
    words(
        "query Q($range: TimeRange = {last: null}) { recharge { aggregate(input: {range: $range}) "
            + COUNT
            + " } }");
    words(
        "{ recharge { ...F } } fragment F on RechargeCollection { ... { aggregate(input: {range: {preset: null}}) "
            + COUNT
            + " } }");
  }

  @Test
  void theOneKeyIsNoVariableThatMayBeNull() {
    String query =
        "query Q($last: Duration%s) { recharge { ...F } } fragment F on RechargeCollection { aggregate(input: {range: {last: $last}}) "
            + COUNT
            + " }";
    assertEquals(
        "Validation error: TimeRange.last gets $last, which may be null: declare it with `!`",
        words(query.formatted("")));
    words(query.formatted(" = \"P7D\""));
    assertEquals(List.of(), ask(query.formatted("!"), Map.of("last", "P7D")).getErrors());
    // Each operation has variables of its own.
    words(query.formatted("!") + " query R($last: Duration) { recharge { ...F } }");
  }

  @Test
  void aVariableThatHoldsANullKeyIsTheClientsMistake() {
    Map<String, @Nullable Object> last = new HashMap<>();
    last.put("last", null);
    ExecutionResult result =
        ask(
            "query Q($range: TimeRange!) { recharge { aggregate(input: {range: $range}) "
                + COUNT
                + " } }",
            Map.of("range", last));
    assertFalse(result.isDataPresent());
    assertEquals("BAD_USER_INPUT", result.getErrors().getFirst().getExtensions().get("code"));
  }

  @Test
  void aSubscriptionSelectsOneFieldAndNoDirectiveDecides() {
    String live = "rechargeLive(input: {range: {preset: TODAY}}) %s { sequence }";
    words("subscription { " + live.formatted("@skip(if: true)") + " }");
    words("subscription Q($is: Boolean!) { " + live.formatted("@include(if: $is)") + " }");
    words("subscription { a: " + live.formatted("") + " b: " + live.formatted("") + " }");
    words("subscription { __typename }");
    words(
        "subscription { ...F @skip(if: false) } fragment F on Subscription { "
            + live.formatted("")
            + " }");
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED",
        client.refused("subscription { " + live.formatted("@include") + " }"));
  }

  private ExecutionResult ask(String query, Map<String, @Nullable Object> variables) {
    return client.ask(query, query.contains("query R") ? "Q" : null, variables);
  }
}
