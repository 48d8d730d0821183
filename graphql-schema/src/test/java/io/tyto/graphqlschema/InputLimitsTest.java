package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import graphql.ExecutionResult;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Each limit of what a question may hold takes the last value and refuses the next.
class InputLimitsTest {
  private static final String ALL_TIME = "{preset:ALL_TIME}";

  private final Client client = new Client();

  private String code(String document, Map<String, @Nullable Object> variables) {
    ExecutionResult result = client.ask(document, variables);
    return result.getErrors().isEmpty()
        ? "OK"
        : String.valueOf(
            Objects.requireNonNull(result.getErrors().getFirst().getExtensions()).get("code"));
  }

  private interface Question {
    String code(int size);
  }

  private static void assertLast(int last, String refusal, Question question) {
    assertEquals("OK", question.code(last), last + " taken");
    assertEquals(refusal, question.code(last + 1), (last + 1) + " refused");
  }

  private Question variable(
      String type, String document, java.util.function.IntFunction<Object> of) {
    return size -> {
      Map<String, @Nullable Object> variables = new HashMap<>();
      variables.put("x", of.apply(size));
      return code("query($x:" + type + "){recharge{" + document + "}}", variables);
    };
  }

  @Test
  void ofRows() {
    assertLast(
        10_000,
        "LIMIT_TOO_LARGE",
        variable(
            "Int",
            "aggregate(input:{range:"
                + ALL_TIME
                + ",groupBy:[{dimension:COUNTRY}]},limit:$x){rows{id}}",
            size -> size));
    assertLast(
        10_000,
        "LIMIT_TOO_LARGE",
        variable("Int", "records(range:" + ALL_TIME + ",first:$x){nodes{_id}}", size -> size));
    assertLast(
        1_000,
        "LIMIT_TOO_LARGE",
        variable("Int", "values(dimension:COUNTRY,first:$x){value}", size -> size));
  }

  @Test
  void ofLists() {
    String where = "records(range:" + ALL_TIME + ",where:$x){nodes{_id}}";
    assertLast(
        10_000,
        "LIMIT_TOO_LARGE",
        variable(
            "RechargeFilter",
            where,
            size -> Map.of("country", Map.of("in", Collections.nCopies(size, "DE")))));
    assertLast(
        10_000,
        "LIMIT_TOO_LARGE",
        variable(
            "RechargeFilter",
            where,
            size ->
                Map.of("or", Collections.nCopies(size, Map.of("country", Map.of("eq", "DE"))))));
    assertLast(
        10_000,
        "LIMIT_TOO_LARGE",
        variable(
            "RechargeFilter",
            where,
            size -> Map.of("tags", Map.of("hasAny", Collections.nCopies(size, "a")))));
  }

  @Test
  void ofNesting() {
    assertLast(
        31,
        "DOCUMENT_TOO_COMPLEX",
        variable(
            "RechargeFilter",
            "records(range:" + ALL_TIME + ",where:$x){nodes{_id}}",
            size -> {
              Object filter = Map.of("country", Map.of("eq", "DE"));
              for (int i = 0; i < size; i++) {
                filter = i % 2 == 0 ? Map.of("not", filter) : Map.of("and", List.of(filter));
              }
              return filter;
            }));
  }

  @Test
  void ofKeys() {
    assertEquals(
        "LIMIT_TOO_LARGE",
        variable(
                "[RechargeGroupKey!]",
                "aggregate(input:{range:" + ALL_TIME + ",groupBy:$x}){rows{id}}",
                size -> Collections.nCopies(size, Map.of("dimension", "COUNTRY")))
            .code(17));
  }
}
