package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.ExecutionResult;
import graphql.language.FieldDefinition;
import graphql.language.ObjectTypeDefinition;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import graphql.schema.idl.TypeInfo;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The request extension `longs: STRING`.
class LongsTest {
  private static final String QUERY =
      """
      { recharge {
          aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: SERVER_ID}], top: {keys: [SERVER_ID], n: 1, by: {of: {count: true}}}, others: true}) {
            rows { key { serverId } measures { count durationMs { count sum min max first last countDistinct avg } country { count top { count error value } } } }
            totals { count } groupCount pageInfo { hasNextPage } meta { rowsScanned bytesScanned segmentsScanned elapsedMs } explain { estimatedRows } }
          records(range: {preset: ALL_TIME}) { nodes { serverId durationMs amount } totalCount }
          values(dimension: COUNTRY) { count error }
          info { rowCount bytes segments deadLetters columns { cardinality nullFraction } cubes { cells coveredRows } limits { maxRows } } }
        byUser { funnel(input: {range: {preset: ALL_TIME}, steps: [{recharge: {}}], window: "P1D"}) { steps { step entities } groupCount } } }
      """;

  private final Client client = new Client();
  private final TypeDefinitionRegistry schema = new SchemaParser().parse(client.api.sdl());
  private int longs;

  private ExecutionResult ask(String query, Map<String, @Nullable Object> extensions) {
    return client.api.execute(
        new GraphQlRequest(query, null, Map.of(), extensions), Client.context());
  }

  @Test
  void everyLongIsAString() {
    ExecutionResult result = ask(QUERY, Map.of("longs", "STRING"));
    assertEquals(List.of(), result.getErrors());
    check("Query", result.getData());
    assertTrue(longs > 25, longs + " longs");
    // Asked again, it is a prepared operation.
    longs = 0;
    check(
        "Query",
        ask("{recharge{values(dimension: COUNTRY) {count}}}", Map.of("longs", "STRING")).getData());
    check(
        "Query",
        ask("{recharge{values(dimension: COUNTRY) {count}}}", Map.of("longs", "STRING")).getData());
    assertTrue(longs > 1, longs + " longs");
  }

  private void check(String type, @Nullable Object value) {
    switch (value) {
      case Map<?, ?> map ->
          map.forEach((name, member) -> check(fieldType(type, String.valueOf(name)), member));
      case List<?> list -> list.forEach(element -> check(type, element));
      case null -> {}
      default -> {
        boolean isLong = type.equals("Long");
        longs += isLong ? 1 : 0;
        assertEquals(isLong, isLong && value instanceof String, type + " " + value);
        assertFalse(!isLong && value instanceof Long, type + " " + value);
      }
    }
  }

  private String fieldType(String type, String field) {
    ObjectTypeDefinition object = (ObjectTypeDefinition) schema.types().get(type);
    FieldDefinition definition =
        Objects.requireNonNull(object, type).getFieldDefinitions().stream()
            .filter(each -> each.getName().equals(field))
            .findFirst()
            .orElseThrow();
    return TypeInfo.typeInfo(definition.getType()).getName();
  }

  @Test
  void columnsOfATableToo() {
    String query =
        "{recharge{table(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: SERVER_ID}]}, measures: [{count: true}]) {columns{values}}}}";
    String numbers = Json.of(ask(query, Map.of()).getData());
    String strings = Json.of(ask(query, Map.of("longs", "STRING")).getData());
    assertTrue(numbers.contains("[42"), numbers);
    assertTrue(strings.contains("[\"42\""), strings);
  }

  @Test
  void anythingElseIsRefused() {
    ExecutionResult result = ask("{schemaVersion}", Map.of("longs", "BIGINT"));
    assertFalse(result.isDataPresent());
    assertEquals(
        "BAD_USER_INPUT",
        Objects.requireNonNull(result.getErrors().getFirst().getExtensions()).get("code"));
  }
}
