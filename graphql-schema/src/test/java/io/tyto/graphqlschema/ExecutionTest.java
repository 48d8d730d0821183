package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.ExecutionResult;
import graphql.GraphQLError;
import graphql.language.SourceLocation;
import io.tyto.graphqlschema.input.QueryLimits;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// How an operation runs: panels apart from each other, errors with codes, limits, cancellation.
class ExecutionTest {
  private static final String TOTALS = "aggregate(input:{range:{preset:ALL_TIME}}){totals{count}}";

  private static FakeQueries queries() {
    return new FakeQueries(Collections.recharge(), Collections.everything());
  }

  private static String code(GraphQLError error) {
    return String.valueOf(error.toSpecification().get("extensions"));
  }

  @Test
  void fragmentsAliasesAndDirectivesAreGraphQlsOwn() {
    Client client = new Client();
    Map<String, @Nullable Object> variables = new HashMap<>(Map.of("yes", true, "no", false));
    ExecutionResult result =
        client.ask(
            """
            query Q($yes: Boolean!, $no: Boolean!) {
              __typename
              all: recharge {
                __typename
                a: aggregate(input: {range: {preset: ALL_TIME}}) {
                  totals { ...Cells ... on RechargeMeasures @skip(if: $yes) { tags { count } } }
                  meta @include(if: $no) { snapshot }
                }
              }
            }
            fragment Cells on RechargeMeasures { n: count amount { __typename s: sum } amount { avg } }
            """,
            variables);
    assertEquals(List.of(), result.getErrors());
    assertEquals(
        "{__typename:\"Query\",all:{__typename:\"RechargeCollection\","
            + "a:{totals:{n:42,amount:{__typename:\"DecimalAgg\",s:1.5,avg:2.5}}}}}",
        Json.of(result.getData()));
    assertEquals(3, client.queries.aggregates.element().measures().size());
  }

  @Test
  void panelsRunAtTheSameTime() {
    CountDownLatch all = new CountDownLatch(3);
    FakeQueries meeting =
        new FakeQueries(Collections.recharge()) {
          @Override
          public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
            all.countDown();
            try {
              assertTrue(all.await(10, TimeUnit.SECONDS), "the others have not begun");
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return super.aggregate(query, context);
          }
        };
    ExecutionResult result =
        new Client(meeting)
            .ask(
                "{recharge{a:%s b:%s} again:recharge{%s}}".formatted(TOTALS, TOTALS, TOTALS),
                Map.of());
    assertEquals(List.of(), result.getErrors());
  }

  private static FakeQueries failing(RuntimeException failure) {
    return new FakeQueries(Collections.recharge()) {
      @Override
      public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
        throw failure;
      }
    };
  }

  @Test
  void aPanelFailsAlone() {
    Client client =
        new Client(failing(new TytoException(ErrorCode.NUMERIC_OVERFLOW, "use sumExact")));
    ExecutionResult result =
        client.ask("{recharge{%s values(dimension:COUNTRY){value}}}".formatted(TOTALS), Map.of());
    assertTrue(result.isDataPresent());
    assertEquals(
        "{recharge:{aggregate:null,values:[{value:\"text\"},{value:null}]}}",
        Json.of(result.getData()));
    GraphQLError error = result.getErrors().getFirst();
    assertEquals("use sumExact", error.getMessage());
    assertEquals(List.of("recharge", "aggregate"), error.getPath());
    assertEquals(List.of(new SourceLocation(1, 11)), error.getLocations());
    assertEquals("{code=NUMERIC_OVERFLOW, retryable=false, queryId=q-1}", code(error));
  }

  @Test
  void whatTheServerDidWrongStaysInside() {
    for (RuntimeException failure :
        List.of(
            new IllegalStateException("secret"),
            new TytoException(ErrorCode.SEGMENT_CORRUPT, "secret"))) {
      ExecutionResult result =
          new Client(failing(failure)).ask("{recharge{" + TOTALS + "}}", Map.of());
      String error = result.getErrors().getFirst().toSpecification().toString();
      assertFalse(error.contains("secret"), error);
      assertTrue(error.contains("q-1"), error);
    }
  }

  @Test
  void aCancelledOperationSaysSo() {
    QueryContext context = Client.context();
    context.cancel();
    ExecutionResult result =
        new Client()
            .api.execute(
                GraphQlRequest.of("{recharge{a:%s b:%s}}".formatted(TOTALS, TOTALS)), context);
    assertEquals(2, result.getErrors().size());
    for (GraphQLError error : result.getErrors()) {
      assertTrue(code(error).contains("code=CANCELLED"), code(error));
    }
  }

  @Test
  void aPanelMayAskForLessTime() {
    FakeQueries slow =
        new FakeQueries(Collections.recharge()) {
          @Override
          public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
            while (context.remainingNanos() > 0) {
              Thread.onSpinWait();
            }
            return super.aggregate(query, context);
          }
        };
    ExecutionResult result =
        new Client(slow)
            .ask(
                "{recharge{aggregate(input:{range:{preset:ALL_TIME},options:{timeoutMs:5}}){totals{count}}}}",
                Map.of());
    assertTrue(code(result.getErrors().getFirst()).contains("code=QUERY_TIMEOUT, retryable=true"));
  }

  @Test
  void wrongDocumentsHaveCodes() {
    Client client = new Client();
    assertEquals("GRAPHQL_PARSE_FAILED", client.refused("{recharge{"));
    assertEquals("GRAPHQL_PARSE_FAILED", client.refused(""));
    assertEquals("GRAPHQL_VALIDATION_FAILED", client.refused("{recharge{nothing}}"));
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED",
        client.refused("query A{schemaVersion} query B{schemaVersion}"));
    assertEquals("GRAPHQL_VALIDATION_FAILED", client.refused("mutation{x}"));
    assertEquals(
        "BAD_USER_INPUT",
        client.refused("query Q($r: TimeRange!){recharge{records(range:$r){nodes{_id}}}}"));
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED",
        client.refused("{recharge{records(range:{preset:TODAY,last:\"P1D\"}){nodes{_id}}}}"));
  }

  @Test
  void valuesOfVariablesAreUserInput() {
    Client client = new Client();
    for (Map<String, @Nullable Object> range :
        List.<Map<String, @Nullable Object>>of(
            Map.of("preset", "NEVER"),
            Map.of("last", "a week"),
            Map.of("preset", "TODAY", "last", "P1D"),
            Map.of())) {
      ExecutionResult result =
          client.ask(
              "query Q($r: TimeRange!){recharge{records(range:$r){nodes{_id}}}}",
              Map.of("r", range));
      assertTrue(
          code(result.getErrors().getFirst()).contains("code=BAD_USER_INPUT"),
          range + ": " + result);
    }
  }

  @Test
  void tooComplexDocumentsAreRefused() {
    GraphQlOptions narrow = new GraphQlOptions(QueryLimits.DEFAULT, 2, 6, 20, 3, 2, 200, 2_000, 10);
    Client client = new Client(queries(), narrow);
    for (String query :
        List.of(
            "{a:schemaVersion b:schemaVersion c:schemaVersion d:schemaVersion}",
            "{schemaVersion @include(if:true) @skip(if:false) a:schemaVersion @include(if:true)}",
            "{" + "schemaVersion ".repeat(250) + "}",
            "{schemaVersion}#" + "x".repeat(3_000),
            "{recharge{a:info{name} b:info{name} info{name}}}",
            "{recharge{records(range:{preset:TODAY}){edges{node{_id ts userId country platform"
                + " lastPlatform serverId itemId tags amount durationMs _received}}"
                + " nodes{_id ts userId country platform lastPlatform serverId itemId}}}}",
            "{recharge{aggregate(input:{range:{preset:ALL_TIME}}){totals{_only(where:{}){_only(where:{}){amount{sum}}}}}}}")) {
      ExecutionResult result = client.ask(query, Map.of());
      assertFalse(result.isDataPresent(), query);
      assertTrue(
          code(result.getErrors().getFirst()).contains("DOCUMENT_TOO_COMPLEX"),
          query + ": " + result.getErrors());
    }
  }

  @Test
  void theOperationTellsWhatItCost() {
    ExecutionResult result =
        new Client().ask("{recharge{a:%s b:%s}}".formatted(TOTALS, TOTALS), Map.of());
    Map<Object, Object> extensions = Objects.requireNonNull(result.getExtensions());
    assertEquals("q-1", extensions.get("queryId"));
    assertEquals(Map.of("rowsScanned", 2000L, "segments", 6), extensions.get("stats"));
    assertEquals(Map.of("recharge", "2026-11-21T12:00:00Z"), extensions.get("watermark"));
  }

  @Test
  void collectionsTellThemselves() {
    Client client = new Client();
    assertEquals(
        "{collections:[{name:\"every_thing\",coordinate:\"Query.everyThing\",description:\"Events of every_thing\","
            + "annotations:{color:\"teal\"},rowCount:1000,bytes:\"1152921504606846976\",segments:3,deadLetters:2,"
            + "firstEvent:\"2026-11-21T11:59:00Z\",watermark:\"2026-11-21T12:00:00Z\",ingestLagMs:null,limits:{maxRows:10000}}]}",
        client.data(
            "{collections(names:[\"every_thing\"]){name coordinate description annotations rowCount bytes"
                + " segments deadLetters firstEvent watermark ingestLagMs limits{maxRows}}}"));
    assertEquals("UNKNOWN_COLLECTION", client.refused("{collections(names:[\"nothing\"]){name}}"));
    assertEquals(
        "{name:\"country\",coordinate:\"Recharge.country\",type:\"string\",isDimension:true,isMeasure:false,"
            + "nullable:true,cardinality:240,cardinalityExact:true,nullFraction:0.5,min:\"AD\",max:\"ZW\"}",
        client.recharge(
                "info{columns{name coordinate type isDimension isMeasure nullable cardinality"
                    + " cardinalityExact nullFraction min max}}")
            .split("(?<=}),(?=\\{)")[2]);
  }

  @Test
  void introspectionAnswers() {
    String types =
        new Client()
            .data("{__schema{queryType{name} types{name}} __type(name:\"TimeRange\"){isOneOf}}");
    assertTrue(types.contains("RechargeAggregateInput"));
    assertTrue(types.contains("isOneOf:true"));
  }

  @Test
  void theSchemaIsReadOnce() {
    Client client = new Client();
    String query = "{__schema{types{name}}}";
    ExecutionResult first = client.ask(query, Map.of());
    ExecutionResult second =
        client.api.execute(
            GraphQlRequest.of(query), new QueryContext("q-2", Duration.ofSeconds(1), 1));
    // As JSON the same, written once and for all.
    assertEquals(
        Json.of(first.getData()).replace(":", "\":").replaceAll("([{,])(\\w+)\"", "$1\"$2\""),
        Json.of(second.getData()).replace("{__schema:", "{\"__schema\":"));
    ExecutionResult third = client.ask(query, Map.of());
    assertSame(second.<Object>getData(), third.<Object>getData());
    assertEquals("q-2", Objects.requireNonNull(second.getExtensions()).get("queryId"));
  }

  @Test
  void hostileTimesAreRefusedNotComputed() {
    Client client = new Client();
    String ask = "records(range:%s){nodes{_id}}";
    for (String range :
        List.of(
            "{last:\"P2147483647Y\"}",
            "{last:\"PT9223372036854775807S\"}",
            "{last:\"P\"}",
            "{last:\"T1H\"}",
            "{between:{from:\"-999999999-01-01T00:00:00Z\",to:\"+999999999-01-01T00:00:00Z\"}}")) {
      assertEquals(
          "GRAPHQL_VALIDATION_FAILED", client.rechargeRefused(ask.formatted(range)), range);
    }
    client.recharge(ask.formatted("{last:\"P9999Y\"}"));
  }

  @Test
  void namesThatMeetAreRefusedWithTheLineToAdd() {
    for (String name : List.of("order", "collections", "long", "query")) {
      TableSchema table = new Collections.Builder(name).column("ts", "timestamp").build();
      TytoException e =
          assertThrows(
              TytoException.class,
              () ->
                  GraphQlApi.build(
                      List.of(table),
                      new FakeQueries(),
                      Clock.systemUTC(),
                      GraphQlOptions.DEFAULT));
      assertEquals(ErrorCode.CONFIG_INVALID, e.code(), name);
      assertTrue(String.valueOf(e.getMessage()).contains("api: "), e.getMessage());
    }
  }

  @Test
  void onlyExposedQuestionsExist() {
    TableSchema closed =
        new Collections.Builder("closed")
            .column("ts", "timestamp")
            .expose(new EventConfig.Expose(false, false, false, false, false))
            .build();
    String sdl =
        GraphQlApi.build(
                List.of(closed), new FakeQueries(), Clock.systemUTC(), GraphQlOptions.DEFAULT)
            .sdl();
    assertTrue(
        sdl.matches("(?s).*type ClosedCollection \\{\n  \"[^\"]*\"\n  info: Collection!\n}.*"),
        sdl);
    assertFalse(sdl.contains("ClosedFilter"));
  }
}
