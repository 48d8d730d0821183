package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import graphql.ExecutionResult;
import io.tyto.model.query.Filter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How filters combine, and what is refused rather than guessed.
class FilterTest {
  private static final Filter GERMAN = new Filter.Compare("country", Filter.Op.EQ, "DE", false);
  private static final Filter NO_PLATFORM = new Filter.IsNull("platform");

  private final Client client = new Client();

  private @Nullable Filter filter(String where) {
    client.queries.records.clear();
    client.recharge("records(range:{preset:ALL_TIME},where:" + where + "){nodes{_id}}");
    return client.queries.records.element().where();
  }

  @Test
  void siblingsAreAndedAlsoBesideOrAndNot() {
    assertEquals(
        new Filter.And(
            List.of(
                new Filter.Or(List.of(NO_PLATFORM, GERMAN)), new Filter.Not(NO_PLATFORM), GERMAN)),
        filter(
            "{country:{eq:\"DE\"},or:[{platform:{isNull:true}},{country:{eq:\"DE\"}}],not:{platform:{isNull:true}}}"));
  }

  @Test
  void emptyAndIsTrueEmptyOrIsFalse() {
    assertEquals(new Filter.And(List.of()), filter("{and:[]}"));
    assertEquals(new Filter.Or(List.of()), filter("{or:[]}"));
    assertEquals(new Filter.And(List.of()), filter("{}"));
    assertEquals(new Filter.And(List.of()), filter("{country:{}}"));
  }

  @Test
  void operatorsOfStrings() {
    for (Map.Entry<String, Filter.MatchKind> operator :
        Map.of(
                "startsWith", Filter.MatchKind.STARTS_WITH,
                "endsWith", Filter.MatchKind.ENDS_WITH,
                "contains", Filter.MatchKind.CONTAINS,
                "like", Filter.MatchKind.LIKE,
                "matches", Filter.MatchKind.REGEX)
            .entrySet()) {
      assertEquals(
          new Filter.Match("country", operator.getValue(), "x", false),
          filter("{country:{" + operator.getKey() + ":\"x\"}}"));
    }
    assertEquals(
        new Filter.Not(new Filter.In("country", List.of("a", "b"), true)),
        filter("{country:{notIn:[\"a\",\"b\"],ignoreCase:true}}"));
    assertEquals(
        new Filter.Compare("country", Filter.Op.NE, "a", false), filter("{country:{ne:\"a\"}}"));
    assertEquals(new Filter.Not(NO_PLATFORM), filter("{platform:{isNull:false}}"));
  }

  @Test
  void nullIsNeverSkipped() {
    String ask = "records(range:{preset:ALL_TIME},where:%s){nodes{_id}}";
    for (Map.Entry<String, String> where :
        Map.of(
                "{country:{eq:null}}", "StringFilter.eq",
                "{country:null}", "RechargeFilter.country",
                "{and:null}", "RechargeFilter.and",
                "{not:{tags:{any:{eq:null}}}}", "StringFilter.eq",
                "{tags:{hasAny:null}}", "StringListFilter.hasAny")
            .entrySet()) {
      assertEquals(
          "BAD_USER_INPUT " + where.getValue(),
          client.rechargeRefused(ask.formatted(where.getKey())));
    }
  }

  @Test
  void aVariableThatIsNullIsNotSkippedEither() {
    String query =
        "query Q($c: String) {recharge{records(range:{preset:ALL_TIME},where:{country:{eq:$c}}){nodes{_id}}}}";
    Map<String, @Nullable Object> variables = new HashMap<>();
    variables.put("c", null);
    ExecutionResult refused = client.ask(query, variables);
    assertEquals("BAD_USER_INPUT", code(refused));
    // A variable that is left out leaves its member out: that is GraphQL's own rule.
    assertEquals(List.of(), client.ask(query, Map.of()).getErrors());
  }

  private static @Nullable Object code(ExecutionResult result) {
    return Json.of(result.getErrors().getFirst().getExtensions()).contains("BAD_USER_INPUT")
        ? "BAD_USER_INPUT"
        : result.getErrors();
  }

  @Test
  void whereItselfMayBeNull() {
    assertEquals(null, filter("null"));
  }

  @Test
  void depthIsBounded() {
    String where = "{country:{eq:\"DE\"}}";
    for (int i = 0; i < 40; i++) {
      where = "{not:" + where + "}";
    }
    assertEquals(
        "DOCUMENT_TOO_COMPLEX RechargeFilter.not",
        client.rechargeRefused("records(range:{preset:ALL_TIME},where:" + where + "){nodes{_id}}"));
  }
}
