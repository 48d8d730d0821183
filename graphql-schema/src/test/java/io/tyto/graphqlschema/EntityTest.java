package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import graphql.ExecutionResult;
import io.tyto.model.access.Caller;
import io.tyto.model.port.EntityService;
import io.tyto.model.query.Filter;
import io.tyto.model.schema.TableSchema;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The root field of an entity: what is kept of it, and its own events.
class EntityTest {
  private static final TableSchema RECHARGE = Collections.recharge();

  private final FakeQueries queries = new FakeQueries(RECHARGE);
  private final GraphQlApi api =
      GraphQlApi.build(
          List.of(RECHARGE),
          GraphQlServices.of(queries).withEntities(new FewUsers()),
          Clock.fixed(FakeQueries.NOON, ZoneOffset.UTC),
          GraphQlOptions.DEFAULT);

  private static final class FewUsers implements EntityService {
    @Override
    public @Nullable Map<String, Kept> entity(
        String entity, Object key, Caller caller, Duration timeout) {
      assertEquals("user", entity);
      return switch (key.toString()) {
        case "ann" -> {
          Map<String, @Nullable Object> values = new HashMap<>();
          values.put("spent", new BigDecimal("1234567890123456789.10"));
          values.put("purchases", 3L);
          values.put("first_seen", Instant.parse("2026-01-02T03:04:05Z"));
          values.put("last_country", null);
          yield Map.of("recharge", new Kept(values, Set.of()));
        }
        case "new" -> Map.of("recharge", new Kept(Map.of("purchases", 1L), Set.of("spent")));
        default -> null;
      };
    }
  }

  private ExecutionResult ask(String query) {
    return api.execute(new GraphQlRequest(query, null, Map.of(), Map.of()), Client.context());
  }

  private String data(String query) {
    ExecutionResult result = ask(query);
    assertEquals(List.of(), result.getErrors());
    return Json.of(result.getData());
  }

  @Test
  void tellsWhatIsKept() {
    assertEquals(
        """
        {who:{id:"ann",__typename:"User",recharge:{lifetime:{spent:"1234567890123456789.10",n:3,firstSeen:"2026-01-02T03:04:05Z",lastCountry:null}}},nobody:null}\
        """
            .strip(),
        data(
            """
            { who: user(id: "ann") { id __typename
                recharge { lifetime { spent n: purchases firstSeen lastCountry } } }
              nobody: user(id: "x") { id } }
            """));
  }

  @Test
  void asksOfItsOwnEventsOnly() {
    data(
        """
        { user(id: "ann") { recharge {
            aggregate(input: { range: { preset: ALL_TIME }, where: { country: { eq: "DE" } } }) { totals { count } }
            records(range: { preset: ALL_TIME }) { nodes { country } } } }
          other: user(id: "ann") { recharge { aggregate(input: { range: { preset: ALL_TIME } }) { totals { count } } } }
          recharge { aggregate(input: { range: { preset: ALL_TIME } }) { totals { count } } } }
        """);
    Filter own = queries.records.remove().where();
    List<@Nullable Filter> asked = queries.aggregates.stream().map(query -> query.where()).toList();
    assertEquals(3, asked.size());
    assertEquals(1, asked.stream().filter(own::equals).count());
    assertEquals(1, asked.stream().filter(where -> where == null).count());
    assertEquals(
        1,
        asked.stream()
            .filter(where -> where instanceof Filter.And(List<Filter> all) && all.contains(own))
            .count());
    // What a client caches of one user must never be taken for another's, or for everybody's.
    assertEquals(3, queries.aggregates.stream().map(query -> query.identity()).distinct().count());
  }

  @Test
  void saysThatAMeasureIsStillComputed() {
    assertEquals(
        "{user:{recharge:{lifetime:{purchases:1}}}}",
        data("{ user(id: \"new\") { recharge { lifetime { purchases } } } }"));
    ExecutionResult result = ask("{ user(id: \"new\") { recharge { lifetime { spent } } } }");
    assertEquals(
        "OVERLOADED", result.getErrors().getFirst().getExtensions().get("code"), result.toString());
  }
}
