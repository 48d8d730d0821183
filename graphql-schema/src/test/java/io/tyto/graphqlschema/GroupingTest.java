package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import graphql.language.SourceLocation;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What group keys, orders and limits are refused, and that nothing was asked of the engine then.
class GroupingTest {
  private final Client client = new Client();

  private String refused(String input, String selection) {
    String refused =
        client.rechargeRefused(
            "aggregate(input:{range:{preset:ALL_TIME},%s}){%s}".formatted(input, selection));
    assertTrue(client.queries.aggregates.isEmpty(), "nothing is scanned");
    return refused;
  }

  private AggregateQuery asked(String input) {
    client.queries.aggregates.clear();
    client.recharge("aggregate(input:{range:{preset:ALL_TIME},%s}){rows{id}}".formatted(input));
    return client.queries.aggregates.element();
  }

  @Test
  void onlyKeysOfGroupByCanBeSelected() {
    assertEquals(
        "DIMENSION_NOT_GROUPED RechargeKey.platform",
        refused("groupBy:[{dimension:COUNTRY}]", "rows{key{country platform}}"));
    assertEquals(
        "DIMENSION_NOT_GROUPED RechargeKey.ts_end",
        refused("groupBy:[{dimension:TS}]", "rows{key{ts ts_end}}"));
    assertEquals(
        "DIMENSION_NOT_GROUPED RechargeKey.amount",
        refused("groupBy:[{bin:{column:AMOUNT,width:10}}]", "rows{key{amount}}"));
    assertEquals(
        "DIMENSION_NOT_GROUPED RechargeKey.country",
        refused(
            "groupBy:[{dimension:COUNTRY},{dimension:PLATFORM}],others:true,top:{keys:[COUNTRY],n:2,by:{of:{count:true}}}",
            "othersRows{key{country platform}}"));
  }

  @Test
  void oneWrongPanelStopsAllBeforeTheyStart() {
    var error =
        client.refusal(
            "{recharge{fine:aggregate(input:{range:{preset:ALL_TIME}}){totals{count}}"
                + " wrong:aggregate(input:{range:{preset:ALL_TIME}}){rows{key{country}}}}}");
    assertEquals(List.of("recharge", "wrong"), error.getPath());
    assertEquals(List.of(new SourceLocation(1, 74)), error.getLocations());
    assertTrue(client.queries.aggregates.isEmpty());
  }

  @Test
  void aColumnIsAKeyOnce() {
    assertEquals(
        "DUPLICATE_KEY RechargeAggregateInput.groupBy",
        refused("groupBy:[{dimension:COUNTRY},{dimension:COUNTRY}]", "rows{id}"));
    assertEquals(
        "DUPLICATE_KEY RechargeAggregateInput.groupBy",
        refused("groupBy:[{dimension:TS},{time:{granularity:DAY}}]", "rows{id}"));
  }

  @Test
  void ordersNameKeysThatAreGrouped() {
    assertEquals(
        "ORDER_KEY_NOT_GROUPED RechargeKeyOrder.platform",
        refused(
            "groupBy:[{dimension:COUNTRY}],orderBy:[{key:{platform:ASC}}]", "rows{key{country}}"));
    assertEquals(
        "BAD_USER_INPUT RechargeMeasureOrder.basis",
        refused(
            "groupBy:[{dimension:COUNTRY}],orderBy:[{measure:{of:{count:true},basis:DELTA}}]",
            "rows{id}"));
  }

  @Test
  void limitPerAndTopNameKeysThatAreGrouped() {
    assertEquals(
        "DIMENSION_NOT_GROUPED RechargeTop.keys",
        refused("groupBy:[],top:{keys:[COUNTRY],n:1,by:{of:{count:true}}}", "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeTop.keys",
        refused("groupBy:[],top:{keys:[],n:1,by:{of:{count:true}}}", "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeLimitPer.bucket",
        refused(
            "groupBy:[{dimension:COUNTRY}],limitPer:{keys:[COUNTRY],bucket:true,n:1}", "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeLimitPer.n",
        refused("groupBy:[{dimension:COUNTRY}],limitPer:{keys:[COUNTRY],n:0}", "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeAggregateInput.others", refused("others:true", "rows{id}"));
    assertEquals(
        new AggregateQuery.LimitPer(List.of(1, 0), 2),
        asked(
                "groupBy:[{time:{granularity:DAY}},{dimension:COUNTRY}],limitPer:{keys:[COUNTRY],bucket:true,n:2}")
            .limitPer());
  }

  @Test
  void bucketsAndBinsMustMeanSomething() {
    String bucket = "groupBy:[{time:{granularity:DAY,%s}}]";
    assertEquals(
        "BAD_USER_INPUT RechargeTimeBucket.every",
        refused(bucket.formatted("every:0"), "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeTimeBucket.weekStart",
        refused(bucket.formatted("weekStart:8"), "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeTimeBucket.window",
        refused(bucket.formatted("window:\"P7D\",cumulative:true"), "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeTimeBucket.fill",
        refused(bucket.formatted("fill:LINEAR"), "rows{measures{count}}"));
    String bin = "groupBy:[{bin:{column:AMOUNT,%s}}]";
    assertEquals(
        "BAD_USER_INPUT RechargeBin", refused(bin.formatted("width:1,edges:[1]"), "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeBin.width", refused(bin.formatted("width:-1"), "rows{id}"));
    assertEquals(
        "BAD_USER_INPUT RechargeBin.edges", refused(bin.formatted("edges:[2,1]"), "rows{id}"));
  }

  @Test
  void ofAndIsGoTogether() {
    assertEquals("BAD_USER_INPUT RechargeHaving", refused("having:{of:{count:true}}", "rows{id}"));
    assertEquals("BAD_USER_INPUT RechargeHaving", refused("having:{is:{gt:1}}", "rows{id}"));
  }

  @Test
  void havingCombinesLikeAFilter() {
    Measure count = new Measure.Count();
    AggregateQuery.Having two = new AggregateQuery.Having.Compare(count, Filter.Op.EQ, 2);
    assertEquals(
        new AggregateQuery.Having.And(
            List.of(
                new AggregateQuery.Having.Or(List.of(two)),
                new AggregateQuery.Having.Not(new AggregateQuery.Having.Or(List.of(two))))),
        asked("having:{or:[{of:{count:true},is:{eq:2}}],not:{of:{count:true},is:{in:[2]}}}")
            .having());
  }

  @Test
  void limitsAreTold() {
    assertEquals(
        "LIMIT_TOO_LARGE RechargeCollection.aggregate(limit:)",
        client.rechargeRefused("aggregate(input:{range:{preset:ALL_TIME}},limit:10001){rows{id}}"));
    assertEquals(
        "BAD_USER_INPUT RechargeCollection.aggregate(limit:)",
        client.rechargeRefused("aggregate(input:{range:{preset:ALL_TIME}},limit:-1){rows{id}}"));
    assertEquals(
        "LIMIT_TOO_LARGE RechargeCollection.table(limit:)",
        client.rechargeRefused(
            "table(input:{range:{preset:ALL_TIME}},measures:[{count:true}],limit:1000001){rowCount}"));
    assertEquals(
        "LIMIT_TOO_LARGE RechargeCollection.records(first:)",
        client.rechargeRefused("records(range:{preset:ALL_TIME},first:10001){nodes{_id}}"));
    String quantiles =
        IntStream.range(0, 101)
            .mapToObj(i -> "{amount:{fn:QUANTILE,q:0.%03d}}".formatted(i + 1))
            .collect(Collectors.joining(" "));
    assertEquals(
        "LIMIT_TOO_LARGE RechargeCollection.table(input:)",
        client.rechargeRefused(
            "table(input:{range:{preset:ALL_TIME}},measures:["
                + quantiles
                + "],limit:10){rowCount}"));
  }

  @Test
  void tableColumnsHaveDifferentNames() {
    assertEquals(
        "BAD_USER_INPUT RechargeCollection.table(measures:)",
        client.rechargeRefused(
            "table(input:{range:{preset:ALL_TIME}},measures:[{count:true},{count:true}]){rowCount}"));
  }

  @Test
  void expressionsNestThreeDeep() {
    String three = "{_expr:{of:{_expr:{of:{_expr:{of:{count:true}}}}}}}";
    assertEquals(1, asked("orderBy:[{measure:{of:" + three + "}}]").orderBy().size());
    client.queries.aggregates.clear();
    assertEquals(
        "DOCUMENT_TOO_COMPLEX RechargeExpr.of",
        refused("orderBy:[{measure:{of:{_expr:{of:" + three + "}}}}]", "rows{id}"));
    assertEquals(
        "DOCUMENT_TOO_COMPLEX RechargeMeasures._only(where:)",
        refused(
            "groupBy:[]",
            "totals{_only(where:{}){_only(where:{}){_only(where:{}){_only(where:{}){count}}}}}"));
  }

  @Test
  void filtersOfCellsAreNarrowedNotWrapped() {
    client.recharge(
        "aggregate(input:{range:{preset:ALL_TIME}}){totals{_only(where:{country:{eq:\"DE\"}})"
            + "{_only(where:{platform:{eq:\"ios\"}}){count _expr(expr:{of:{count:true},per:{count:true}})}}}}");
    var german = new Filter.Compare("country", Filter.Op.EQ, "DE", false);
    var ios = new Filter.Compare("platform", Filter.Op.EQ, "ios", false);
    var both = new Filter.And(List.of(german, ios));
    assertEquals(
        List.of(
            new Measure.Only(new Measure.Count(), both),
            new Measure.Expr(new Measure.Count(), both, new Measure.Count(), both)),
        client.queries.aggregates.element().measures());
  }
}
