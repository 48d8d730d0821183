package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Filter, group key, record field, measures, order and having of a column of each type.
class EveryTypeTest {
  private static final UUID A_UUID = UUID.fromString("123e4567-e89b-12d3-a456-426614174000");

  private final Client client = new Client();

  private String ask(String selection) {
    String data = client.data("{everyThing{" + selection + "}}");
    return data.substring("{everyThing:".length(), data.length() - 1);
  }

  private @Nullable Filter filter(String where) {
    client.queries.records.clear();
    ask("records(range:{preset:ALL_TIME},where:" + where + "){nodes{_id}}");
    return client.queries.records.element().where();
  }

  private static Filter eq(String column, Object value) {
    return new Filter.Compare(column, Filter.Op.EQ, value, false);
  }

  @Test
  void literalsAreLogicalValuesOfTheColumn() {
    assertEquals(eq("a_string", "x"), filter("{aString:{eq:\"x\"}}"));
    assertEquals(eq("a_bool", true), filter("{aBool:{eq:true}}"));
    assertEquals(eq("a_int", 5L), filter("{aInt:{eq:5}}"));
    assertEquals(eq("a_long", Long.MAX_VALUE), filter("{aLong:{eq:\"9223372036854775807\"}}"));
    assertEquals(eq("a_long", Long.MIN_VALUE), filter("{aLong:{eq:-9223372036854775808}}"));
    assertEquals(eq("a_double", 0.5), filter("{aDouble:{eq:0.5}}"));
    assertEquals(eq("a_decimal", new BigDecimal("12.50")), filter("{aDecimal:{eq:\"12.50\"}}"));
    assertEquals(eq("a_decimal", new BigDecimal("12.5")), filter("{aDecimal:{eq:12.5}}"));
    assertEquals(
        eq("a_timestamp", Instant.parse("2026-11-20T23:00:00Z")),
        filter("{aTimestamp:{eq:\"2026-11-21T00:00:00+01:00\"}}"));
    assertEquals(eq("a_date", LocalDate.of(2026, 11, 21)), filter("{aDate:{eq:\"2026-11-21\"}}"));
    assertEquals(eq("a_uuid", A_UUID), filter("{aUuid:{eq:\"" + A_UUID + "\"}}"));
    assertEquals(
        eq("a_ip", InetAddress.ofLiteral("2001:db8::1")), filter("{aIp:{eq:\"2001:DB8:0::1\"}}"));
    assertEquals(eq("customer", 77L), filter("{customer:{eq:77}}"));
    assertEquals(
        eq("_received", FakeQueries.NOON), filter("{_received:{eq:\"2026-11-21T12:00:00Z\"}}"));
    assertEquals(eq("tag_count", 2L), filter("{tagCount:{eq:2}}"));
  }

  @Test
  void valuesThatAreNoneAreRefused() {
    String ask = "{everyThing{records(range:{preset:ALL_TIME},where:{%s}){nodes{_id}}}}";
    assertEquals(
        "BAD_USER_INPUT IdFilter.eq", client.refused(ask.formatted("aUuid:{eq:\"1-2-3-4-5\"}")));
    assertEquals(
        "BAD_USER_INPUT UuidListFilter.has", client.refused(ask.formatted("uuidList:{has:\"x\"}")));
    assertEquals(
        "BAD_USER_INPUT IpFilter.in", client.refused(ask.formatted("aIp:{in:[\"localhost\"]}")));
    assertEquals(
        "BAD_USER_INPUT IpFilter.gt", client.refused(ask.formatted("aIp:{gt:\"10.0.1\"}")));
    assertEquals(
        "BAD_USER_INPUT IdFilter.ne", client.refused(ask.formatted("customer:{ne:\"x\"}")));
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED", client.refused(ask.formatted("aDate:{eq:\"yesterday\"}")));
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED",
        client.refused(ask.formatted("aDecimal:{eq:\"1e999999999\"}")));
  }

  @Test
  void listsHaveElementsLengthAndNull() {
    assertEquals(eq("long_list", 3L), filter("{longList:{has:3}}"));
    assertEquals(
        new Filter.In("date_list", List.of(LocalDate.of(2026, 1, 1)), false),
        filter("{dateList:{hasAny:[\"2026-01-01\"]}}"));
    assertEquals(
        new Filter.HasAll("uuid_list", List.of(A_UUID)),
        filter("{uuidList:{hasAll:[\"" + A_UUID + "\"]}}"));
    assertEquals(
        new Filter.AnyElement(
            "double_list",
            new Filter.And(
                List.of(
                    new Filter.Compare("double_list", Filter.Op.GTE, 5.0, false),
                    new Filter.Compare("double_list", Filter.Op.LT, 10.0, false)))),
        filter("{doubleList:{any:{gte:5,lt:10}}}"));
    assertEquals(
        new Filter.ListLength("ip_list", new Filter.Compare("ip_list", Filter.Op.GT, 2L, false)),
        filter("{ipList:{length:{gt:2}}}"));
    assertEquals(
        new Filter.And(
            List.of(
                new Filter.Not(new Filter.ListEmpty("bool_list")),
                new Filter.Not(new Filter.IsNull("bool_list")))),
        filter("{boolList:{isEmpty:false,isNull:false}}"));
  }

  @Test
  void jsonIsAddressedByPath() {
    assertEquals(
        new Filter.JsonPath(
            "doc",
            "/a/0",
            Filter.JsonAs.STRING,
            new Filter.Match("doc", Filter.MatchKind.CONTAINS, "x", true)),
        filter("{doc:{string:{path:\"/a/0\",is:{contains:\"x\",ignoreCase:true}}}}"));
    assertEquals(
        new Filter.JsonPath(
            "doc", "/n", Filter.JsonAs.NUMBER, new Filter.Compare("doc", Filter.Op.LT, 1.0, false)),
        filter("{doc:{number:{path:\"/n\",is:{lt:1}}}}"));
    assertEquals(
        new Filter.JsonPath("doc", "", Filter.JsonAs.EXISTS, null), filter("{doc:{exists:\"\"}}"));
    assertEquals(new Filter.IsNull("doc"), filter("{doc:{isNull:true}}"));
    assertEquals(
        "BAD_USER_INPUT JsonNumberFilter.path",
        client.refused(
            "{everyThing{records(range:{preset:ALL_TIME},"
                + "where:{doc:{number:{path:\"n\",is:{lt:1}}}}){nodes{_id}}}}"));
  }

  @Test
  void recordsShowEachTypeAndListsOfIt() {
    String fields =
        Collections.everything().columns().stream()
            .map(column -> column.apiName())
            .collect(Collectors.joining(" "));
    assertEquals(
        "{records:{nodes:[{_id:\"0-abc-1\",ts:\"2026-11-21T12:00:00Z\","
            + "aString:\"text\",stringList:[\"text\",null],aBool:true,boolList:[true,null],"
            + "aInt:7,intList:[7,null],"
            + "aLong:\"9223372036854775807\",longList:[\"9223372036854775807\",null],"
            + "aDouble:0.1,doubleList:[0.1,null],aDecimal:\"1.0000\",decimalList:[\"1.0000\",null],"
            + "aTimestamp:\"2026-11-21T12:00:00Z\",timestampList:[\"2026-11-21T12:00:00Z\",null],"
            + "aDate:\"2026-11-21\",dateList:[\"2026-11-21\",null],"
            + "aUuid:\"123e4567-e89b-12d3-a456-426614174000\","
            + "uuidList:[\"123e4567-e89b-12d3-a456-426614174000\",null],"
            + "aIp:\"2001:db8::1\",ipList:[\"2001:db8::1\",null],"
            + "doc:{\"a\":[1,2]},customer:\"9223372036854775807\","
            + "tagCount:\"9223372036854775807\",old:\"text\"}",
        ask("records(range:{preset:ALL_TIME}){nodes{_id " + fields + "}}").split(",\\{_id")[0]);
  }

  @Test
  void eachScalarAndTheElementsOfEachListAreKeys() {
    for (Map.Entry<String, String> key :
        Map.of(
                "STRING_LIST", "stringList",
                "A_BOOL", "aBool",
                "A_DOUBLE", "aDouble",
                "DECIMAL_LIST", "decimalList",
                "A_TIMESTAMP", "aTimestamp",
                "DATE_LIST", "dateList",
                "A_UUID", "aUuid",
                "A_IP", "aIp",
                "CUSTOMER", "customer",
                "TAG_COUNT", "tagCount")
            .entrySet()) {
      client.queries.aggregates.clear();
      ask(
          "aggregate(input:{range:{preset:ALL_TIME},groupBy:[{dimension:%s}],orderBy:[{key:{%s:DESC}}]}){rows{key{%s}}}"
              .formatted(key.getKey(), key.getValue(), key.getValue()));
      AggregateQuery asked = client.queries.aggregates.element();
      assertEquals(
          List.of(new AggregateQuery.Order.ByKey(0, AggregateQuery.Direction.DESC)),
          asked.orderBy());
      assertEquals(
          key.getKey().toLowerCase(java.util.Locale.ROOT), asked.groupBy().getFirst().column());
    }
  }

  @Test
  void dateBucketsAreDaysOfNoZone() {
    assertEquals(
        "{aggregate:{rows:[{key:{aDate:\"2026-11-01\",aDate_end:\"2026-11-02\"}},{key:{aDate:null,aDate_end:null}}]}}",
        ask(
            "aggregate(input:{range:{preset:ALL_TIME},timezone:\"Asia/Tokyo\",groupBy:[{time:{column:A_DATE,granularity:DAY}}]}){rows{key{aDate aDate_end}}}"));
    GroupKey.TimeBucket bucket =
        (GroupKey.TimeBucket) client.queries.aggregates.element().groupBy().getFirst();
    assertEquals("Z", bucket.zone().getId());
  }

  @Test
  void binsAreHalfOpen() {
    assertEquals(
        "{aggregate:{rows:[{key:{aDouble_bin:{from:null,to:10.0}}},{key:{aDouble_bin:null}}]}}",
        ask(
            "aggregate(input:{range:{preset:ALL_TIME},groupBy:[{bin:{column:A_DOUBLE,edges:[10,20]}}],orderBy:[{key:{aDouble_bin:ASC}}]}){rows{key{aDouble_bin{from to}}}}"));
    assertEquals(
        List.of(new GroupKey.Bins("a_double", null, List.of(10.0, 20.0))),
        client.queries.aggregates.element().groupBy());
  }

  @Test
  void measuresGoByType() {
    assertEquals(
        "{aggregate:{totals:{"
            + "aString:{count:5,countDistinct:5,min:\"text\",first:\"text\",top:[{value:\"first\",count:3,error:0},{value:null,count:2,error:1}]},"
            + "boolList:{max:\"true\"},"
            + "aLong:{sum:\"1152921504606846976\",sumExact:\"1152921504606846976.25\",avg:2.5,min:\"9223372036854775807\",stddev:2.5,last:\"9223372036854775807\",quantile:0.5,quantiles:[0.5,0.5]},"
            + "aDecimal:{sum:1.5,max:\"1.0000\"},aDouble:{sum:1.5,min:0.1},"
            + "dateList:{min:\"2026-11-21\"},_received:{max:\"2026-11-21T12:00:00Z\"},"
            + "aIp:{max:\"2001:db8::1\"},customer:{min:\"9223372036854775807\"}}}}",
        ask(
            "aggregate(input:{range:{preset:ALL_TIME}}){totals{"
                + "aString{count countDistinct min first top{value count error}} boolList{max}"
                + " aLong{sum sumExact avg min stddev last quantile(q:0.5) quantiles(qs:[0.1,0.9])}"
                + " aDecimal{sum max} aDouble{sum min} dateList{min} _received{max} aIp{max}"
                + " customer{min}}}"));
  }

  @Test
  void havingComparesAnyMeasureThatIsANumber() {
    String ask =
        "aggregate(input:{range:{preset:ALL_TIME},groupBy:[{dimension:OLD}],having:{of:%s,is:{gte:2,isNull:false}}}){rows{id}}";
    for (String measure :
        List.of(
            "{count:true}",
            "{aString:{fn:COUNT_DISTINCT}}",
            "{boolList:{fn:COUNT}}",
            "{aDecimal:{fn:MIN}}",
            "{longList:{fn:QUANTILE,q:0.5,exact:true}}",
            "{aDate:{fn:COUNT}}",
            "{_expr:{of:{aInt:{fn:SUM}},per:{count:true}}}")) {
      ask(ask.formatted(measure));
    }
    assertEquals(7, client.queries.aggregates.size());
    assertEquals(
        "BAD_USER_INPUT EveryThingHaving.of",
        client.refused("{everyThing{" + ask.formatted("{aString:{fn:MIN}}") + "}}"));
    assertEquals(
        "BAD_USER_INPUT EveryThingHaving.of",
        client.refused("{everyThing{" + ask.formatted("{aTimestamp:{fn:MAX}}") + "}}"));
  }

  @Test
  void tableNamesItsTypes() {
    assertEquals(
        "{table:{columns:["
            + "{name:\"aUuid\",type:\"string\",dictionary:[\"123e4567-e89b-12d3-a456-426614174000\"],values:[0,null]},"
            + "{name:\"aLong\",type:\"int64\",dictionary:null,values:[\"9223372036854775807\",null]},"
            + "{name:\"aBool\",type:\"bool\",dictionary:null,values:[true,null]},"
            + "{name:\"aInt_bin_from\",type:\"float64\",dictionary:null,values:[null,null]},"
            + "{name:\"aInt_bin_to\",type:\"float64\",dictionary:null,values:[10.0,null]},"
            + "{name:\"aLong_sum\",type:\"int64\",dictionary:null,values:[\"1152921504606846976\",null]},"
            + "{name:\"aDouble_sum\",type:\"float64\",dictionary:null,values:[1.5,null]},"
            + "{name:\"aDecimal_sum_exact\",type:\"decimal\",dictionary:null,values:[\"1152921504606846976.25\",null]},"
            + "{name:\"aString_min\",type:\"string\",dictionary:[\"text\"],values:[0,null]},"
            + "{name:\"aDouble_quantile_0.95\",type:\"float64\",dictionary:null,values:[0.5,null]},"
            + "{name:\"day\",type:\"date\",dictionary:null,values:[\"2026-11-21\",null]},"
            + "{name:\"expr\",type:\"float64\",dictionary:null,values:[0.25,null]}]}}",
        ask(
            "table(input:{range:{preset:ALL_TIME},groupBy:[{dimension:A_UUID},{dimension:A_LONG},{dimension:A_BOOL},{bin:{column:A_INT,width:10}}]},"
                + "measures:[{aLong:{fn:SUM}},{aDouble:{fn:SUM}},{aDecimal:{fn:SUM_EXACT}},{aString:{fn:MIN}},"
                + "{aDouble:{fn:QUANTILE,q:0.95}},{aDate:{fn:MAX,name:\"day\"}},{_expr:{of:{count:true}}}])"
                + "{columns{name type dictionary values}}"));
    assertEquals(
        new Measure.Quantiles("a_double", List.of(0.95), false, Measure.QuantileMethod.LINEAR),
        client.queries.aggregates.element().measures().get(4));
  }

  @Test
  void valuesOfEveryDimensionAreText() {
    assertEquals(
        "{values:[{value:\"2001:db8::1\",count:\"1152921504606846976\"},{value:null,count:1}]}",
        ask("values(dimension:IP_LIST,prefix:\"2001\",first:5){value count}"));
    assertEquals("ip_list", client.queries.values.element().column());
  }
}
