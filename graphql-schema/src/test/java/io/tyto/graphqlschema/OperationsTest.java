package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import graphql.ExecutionResult;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.AggregateQuery.Direction;
import io.tyto.model.query.AggregateQuery.Order;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import io.tyto.model.query.Measure.Function;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The operations that the design promises to clients, from the document to the questions asked and
/// the answer given.
class OperationsTest {
  private static final Map<String, Object> RANGE =
      Map.of(
          "between",
          Map.of("from", "2026-11-01T00:00:00+01:00", "to", "2026-11-08T00:00:00+01:00"));
  private static final Measure AMOUNT = new Measure.Column("amount", Function.SUM);
  private static final Filter PAID =
      new Filter.Compare("amount", Filter.Op.GT, BigDecimal.ZERO, false);

  private final Client client = new Client();

  private String run(String operation, Map<String, ?> variables) throws IOException {
    try (InputStream resource = getClass().getResourceAsStream("operations.graphql")) {
      assertNotNull(resource);
      String document = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
      Map<String, @Nullable Object> values = new HashMap<>(variables);
      ExecutionResult result = client.ask(document, operation, values);
      assertEquals(List.of(), result.getErrors());
      return Json.of(result.getData());
    }
  }

  private AggregateQuery asked() {
    assertEquals(1, client.queries.aggregates.size());
    return client.queries.aggregates.element();
  }

  @Test
  void panelsRunOneQuestionEach() throws IOException {
    String data = run("Panel", Map.of("r", RANGE));
    assertEquals(2, client.queries.aggregates.size());
    assertEquals(
        "{recharge:{daily:{rows:["
            + "{key:{ts:\"2026-11-01T00:00:00+01:00\",country:\"text\"},"
            + "measures:{count:42,userId:{countDistinct:5},amount:{sum:1.5,avg:2.5,p95:0.5}},"
            + "previous:{amount:{sum:1.5}}},"
            + "{key:{ts:null,country:null},"
            + "measures:{count:0,userId:{countDistinct:0},amount:{sum:null,avg:null,p95:null}},"
            + "previous:{amount:{sum:null}}}]",
        data.substring(0, data.indexOf(",othersRows")));
  }

  @Test
  void aPanelBecomesOneQuestionWithoutDoubles() throws IOException {
    run("Panel", Map.of("r", RANGE));
    AggregateQuery daily =
        client.queries.aggregates.stream().filter(query -> query.top() != null).findFirst().get();
    assertEquals(
        List.of(
            new GroupKey.TimeBucket(
                "ts",
                GroupKey.Granularity.DAY,
                1,
                ZoneId.of("Europe/Paris"),
                DayOfWeek.MONDAY,
                null,
                GroupKey.GapFill.ZERO,
                null,
                false),
            new GroupKey.Dimension("country")),
        daily.groupBy());
    assertEquals(
        List.of(
            new Measure.Count(),
            new Measure.Column("user_id", Function.COUNT_DISTINCT),
            AMOUNT,
            new Measure.Column("amount", Function.AVG),
            new Measure.Quantiles("amount", List.of(0.95), false, Measure.QuantileMethod.LINEAR)),
        daily.measures());
    assertEquals(new AggregateQuery.Having.Compare(AMOUNT, Filter.Op.GT, 1000), daily.having());
    assertEquals(
        List.of(
            new Order.ByKey(0, Direction.ASC),
            new Order.ByMeasure(AMOUNT, Direction.DESC, AggregateQuery.Basis.CURRENT)),
        daily.orderBy());
    assertEquals(new AggregateQuery.TopGroups(List.of(1), 5, AMOUNT, Direction.DESC), daily.top());
    assertEquals(new AggregateQuery.Wants(true, true, true, false, false), daily.wants());
  }

  @Test
  void tableAnswersByColumn() throws IOException {
    Map<String, Object> input =
        Map.of(
            "range",
            RANGE,
            "groupBy",
            List.of(Map.of("dimension", "COUNTRY"), Map.of("time", Map.of("granularity", "DAY"))));
    assertEquals(
        "{recharge:{table:{columns:["
            + "{name:\"country\",role:\"DIMENSION\",type:\"string\",dictionary:[\"text\"],values:[0,null]},"
            + "{name:\"ts\",role:\"TIME\",type:\"datetime\",dictionary:null,values:[\"2026-11-01T00:00:00Z\",null]},"
            + "{name:\"ts_end\",role:\"TIME\",type:\"datetime\",dictionary:null,values:[\"2026-11-02T00:00:00Z\",null]},"
            + "{name:\"count\",role:\"MEASURE\",type:\"int64\",dictionary:null,values:[42,0]}],"
            + "rowCount:2,meta:{elapsedMs:1.5}}}}",
        run("Builder", Map.of("in", input, "m", List.of(Map.of("count", true)))));
  }

  @Test
  void recordsAreConnections() throws IOException {
    assertEquals(
        "{recharge:{records:{edges:["
            + "{cursor:\"r0\",node:{_id:\"0-abc-1\",ts:\"2026-11-21T12:00:00Z\",amount:\"1.00\"}},"
            + "{cursor:\"r1\",node:{_id:\"0-abc-2\",ts:null,amount:null}}],"
            + "pageInfo:{hasNextPage:true,endCursor:\"r1\"}}}}",
        run("Rec", Map.of("r", RANGE)));
    assertEquals(List.of("ts", "amount"), client.queries.records.element().columns());
  }

  @Test
  void filteredCellsAndRatios() throws IOException {
    run("Conversion", Map.of("r", RANGE));
    Measure rate = new Measure.Expr(new Measure.Count(), PAID, new Measure.Count(), null);
    assertEquals(
        List.of(
            new Measure.Count(),
            new Measure.Only(new Measure.Count(), PAID),
            new Measure.Only(AMOUNT, PAID),
            new Measure.Only(new Measure.Column("user_id", Function.COUNT_DISTINCT), PAID),
            rate),
        asked().measures());
    assertEquals(
        List.of(new Order.ByMeasure(rate, Direction.DESC, AggregateQuery.Basis.CURRENT)),
        asked().orderBy());
  }

  @Test
  void trailingWindow() throws IOException {
    run("Stickiness", Map.of("r", RANGE));
    assertEquals(
        List.of(
            new GroupKey.TimeBucket(
                "ts",
                GroupKey.Granularity.DAY,
                1,
                ZoneOffset.UTC,
                DayOfWeek.MONDAY,
                null,
                GroupKey.GapFill.NONE,
                new GroupKey.TimeAmount(Period.ofDays(7), Duration.ZERO),
                false)),
        asked().groupBy().stream().map(key -> withPlainUtc((GroupKey.TimeBucket) key)).toList());
  }

  /// `UTC` the region and `Z` the offset are the same zone and not equal.
  private static GroupKey.TimeBucket withPlainUtc(GroupKey.TimeBucket key) {
    assertEquals(ZoneOffset.UTC, key.zone().normalized());
    return new GroupKey.TimeBucket(
        key.column(),
        key.granularity(),
        key.every(),
        ZoneOffset.UTC,
        key.weekStart(),
        key.offset(),
        key.fill(),
        key.window(),
        key.cumulative());
  }

  @Test
  void limitPerBucket() throws IOException {
    run("TopItemsOfEachDay", Map.of("r", RANGE));
    assertEquals(new AggregateQuery.LimitPer(List.of(0), 3), asked().limitPer());
  }
}
