package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import graphql.ExecutionResult;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A request that comes again is not compiled again, and nobody can tell.
class PreparedOperationsTest {
  private static final String TOTALS = "aggregate(input:{range:{preset:ALL_TIME}}){totals{count}}";

  @Test
  void theSameAgainGivesTheSame() {
    Client client = new Client();
    String document =
        """
        query Q($yes: Boolean!, $from: DateTime!) {
          again: recharge { b: %s info { name } }
          recharge {
            a: %s
            rows: aggregate(input: {
              range: {between: {from: $from, to: "2027-01-01T00:00:00Z"}} groupBy: [{dimension: COUNTRY}]
            }) { rows { key { country } measures { n: count amount { sum avg @skip(if: $yes) } } } }
            values(dimension: COUNTRY) { value count }
            records(range: {preset: ALL_TIME}) { nodes { country } }
          }
        }
        """
            .formatted(TOTALS, TOTALS);
    Map<String, @Nullable Object> variables =
        new HashMap<>(Map.of("yes", true, "from", "2026-01-01T00:00:00Z"));
    ExecutionResult first = client.ask(document, variables);
    assertEquals(List.of(), first.getErrors());
    for (int i = 0; i < 3; i++) {
      ExecutionResult again = client.ask(document, variables);
      assertEquals(Json.of(first.getData()), Json.of(again.getData()));
      assertEquals(first.getExtensions(), again.getExtensions());
    }
    assertEquals(3 * 4, client.queries.aggregates.size());
    variables.put("yes", false);
    ExecutionResult other = client.ask(document, variables);
    assertNotEquals(Json.of(first.getData()), Json.of(other.getData()));
  }

  @Test
  void whatIsNoQuestionIsDoneEachTime() {
    Client client = new Client();
    for (String document :
        List.of(
            "{ schemaVersion recharge { %s } }".formatted(TOTALS),
            "mutation { replayDeadLetters(collection: \"recharge\") { replayed errors { code } } }")) {
      ExecutionResult first = client.ask(document, Map.of());
      ExecutionResult again = client.ask(document, Map.of());
      assertEquals(Json.of(first.getData()), Json.of(again.getData()));
    }
  }

  @Test
  void aFailureIsToldAsTheFirstTimeAndAskedOnce() {
    boolean[] fails = new boolean[1];
    FakeQueries moody =
        new FakeQueries(Collections.recharge()) {
          @Override
          public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
            AggregateResult result = super.aggregate(query, context);
            if (fails[0]) {
              throw new TytoException(ErrorCode.NUMERIC_OVERFLOW, "use sumExact");
            }
            return result;
          }
        };
    String document = "{recharge{%s values(dimension:COUNTRY){value}}}".formatted(TOTALS);
    fails[0] = true;
    ExecutionResult expected = new Client(moody).ask(document, Map.of());
    fails[0] = false;
    Client client = new Client(moody);
    client.ask(document, Map.of());
    fails[0] = true;
    int before = moody.aggregates.size();
    ExecutionResult found = client.ask(document, Map.of());
    assertEquals(expected.toSpecification(), found.toSpecification());
    assertEquals(before + 1, moody.aggregates.size());
  }

  @Test
  void whatDependsOnTheTimeIsCompiledEachTime() {
    Instant[] now = {FakeQueries.NOON};
    Clock moving =
        new Clock() {
          @Override
          public ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(ZoneId zone) {
            return this;
          }

          @Override
          public Instant instant() {
            return now[0];
          }
        };
    FakeQueries queries = new FakeQueries(Collections.recharge(), Collections.everything());
    Client client = new Client(queries, GraphQlOptions.DEFAULT, moving);
    for (String range : List.of("last: \"P1D\"", "preset: TODAY")) {
      String document = "{recharge{aggregate(input:{range:{%s}}){totals{count}}}}".formatted(range);
      client.ask(document, Map.of());
      AggregateQuery first = queries.aggregates.remove();
      now[0] = now[0].plusSeconds(90_000);
      client.ask(document, Map.of());
      assertNotEquals(first.range(), queries.aggregates.remove().range());
    }
  }
}
