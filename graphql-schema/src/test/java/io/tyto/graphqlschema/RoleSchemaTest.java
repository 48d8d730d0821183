package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.graphqlschema.schema.ApiSchema;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.RoleSchema;
import io.tyto.model.access.Scope;
import io.tyto.model.port.CohortService;
import io.tyto.model.query.GroupKey;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is denied to a caller is in no corner of their schema.
class RoleSchemaTest {
  private static final String MARGIN = "margin";

  private static Caller caller(String project, String... scopes) {
    Access access = Access.of(Arrays.stream(scopes).map(Scope::parse).toList(), Map.of());
    return new Caller("k", Caller.Kind.KEY, "test", project, access, "default");
  }

  private static TableSchema sales(Map<String, String> rows) {
    return new Collections.Builder("sales")
        .column("ts", "timestamp")
        .column("user_id", "string")
        .column("country", "string")
        .column(MARGIN, "decimal(18,2)")
        .entity("user", "user_id")
        .lifetime("spent", Lifetime.Function.SUM, MARGIN)
        .cube(
            new Cube(
                "by_country",
                List.of("country"),
                List.of(Cube.Measure.COUNT, new Cube.Measure(Cube.Function.SUM, MARGIN)),
                List.of(GroupKey.Granularity.DAY),
                List.of(),
                List.of()))
        .policy(
            new EventConfig.Policy("default", "sales", rows, Map.of(MARGIN, Set.of("finance")), 0))
        .build();
  }

  private static @Nullable String sdl(TableSchema table, Caller caller) {
    TableSchema seen = RoleSchema.of(table, caller);
    return seen == null
        ? null
        : ApiSchema.of(
                List.of(seen),
                List.of(),
                (_, value) -> value,
                CohortService.NONE,
                _ -> false,
                false)
            .text();
  }

  private static boolean names(String sdl, String word) {
    return Pattern.compile(word, Pattern.CASE_INSENSITIVE).matcher(sdl).find();
  }

  @Test
  void aHiddenFieldIsNowhere() {
    String all = sdl(sales(Map.of()), caller("default", "query:*", "records:*", "fields:finance"));
    assertNotNull(all);
    assertTrue(names(all, MARGIN) && names(all, "byCountry") && names(all, "spent"));
    String some = sdl(sales(Map.of()), caller("default", "query:*", "records:*", "fields:pii"));
    assertNotNull(some);
    assertFalse(names(some, MARGIN), some);
    assertFalse(names(some, "byCountry"), "a cube of the field");
    assertFalse(names(some, "spent"), "a lifetime measure of the field");
    assertTrue(names(some, "SalesKey"));
  }

  @Test
  void verbsDecideWhichQuestionsThereAre() {
    String queries = sdl(sales(Map.of()), caller("default", "query:sales", "fields:finance"));
    assertNotNull(queries);
    assertTrue(queries.contains("SalesAggregate") && !queries.contains("SalesConnection"));
    assertFalse(names(queries, "spent"), "what is kept of single users is a record");
    String records = sdl(sales(Map.of()), caller("default", "records:sales", "fields:finance"));
    assertNotNull(records);
    assertTrue(!records.contains("SalesAggregate") && records.contains("SalesConnection"));
  }

  @Test
  void ofAnotherProjectThereIsNothing() {
    assertNull(sdl(sales(Map.of()), caller("acme", "admin")));
    assertNull(sdl(sales(Map.of()), caller("default", "query:other", "fields:finance")));
    assertNotNull(sdl(sales(Map.of()), Caller.OPEN));
  }

  @Test
  void whatCannotBeKeptToOwnRowsIsNotThere() {
    TableSchema table = sales(Map.of("country", "country"));
    String own = sdl(table, caller("default", "query:*", "records:*", "fields:finance"));
    assertNotNull(own);
    assertFalse(names(own, "spent"));
    String all =
        sdl(table, caller("default", "query:*", "records:*", "fields:finance", "rows:sales"));
    assertNotNull(all);
    assertTrue(names(all, "spent"));
  }

  @Test
  void scopesAreReadAsTheyAreWritten() {
    for (String text : List.of("admin", "query:recharge", "records:*", "fields:pii")) {
      assertEquals(text, Scope.parse(text).toString());
    }
  }
}
