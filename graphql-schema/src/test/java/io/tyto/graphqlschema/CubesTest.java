package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.Measure;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The field `cubes`: a known path down the dimensions, each level a question of its own.
class CubesTest {
  private static final String RANGE = "range: {preset: ALL_TIME}";

  private final Client client = new Client();

  private List<AggregateQuery> asked() {
    return List.copyOf(client.queries.aggregates);
  }

  @Test
  void levelsNestByTheirKeys() {
    assertEquals(
        "{cubes:{byCountryPlatform:{total:{count:42},buckets:["
            + "{ts:\"2026-11-01T00:00:00Z\",total:{amountSumExact:\"1152921504606846976.25\"},"
            + "countries:[{country:\"text\",platforms:[{platform:\"text\",total:{count:42}}]}]},"
            + "{ts:null,total:{amountSumExact:null},"
            + "countries:[{country:null,platforms:[{platform:null,total:{count:0}}]}]}]}}}",
        client.recharge(
            """
            cubes { byCountryPlatform(%s) {
              total { count }
              buckets {
                ts
                total { amountSumExact }
                countries { country platforms { platform total { count } } }
              }
            } }
            """
                .formatted(RANGE)));
    assertEquals(
        List.of(0, 1, 2, 3), asked().stream().map(query -> query.groupBy().size()).toList());
  }

  @Test
  void onlyWhatIsSelectedIsAsked() {
    client.recharge(
        "cubes{byCountryPlatform(%s, granularity: WEEK, timezone: \"Europe/Berlin\", country: {in: [\"DE\", \"FR\"]}){buckets{total{userIdCountDistinct durationMsQuantile(q: 0.9)}}}}"
            .formatted(RANGE));
    AggregateQuery query = asked().getFirst();
    assertEquals(1, asked().size());
    assertEquals(new Filter.In("country", List.of("DE", "FR"), false), query.where());
    assertEquals(
        List.of(
            new Measure.Count(),
            new Measure.Column("user_id", Measure.Function.COUNT_DISTINCT),
            new Measure.Quantiles(
                "duration_ms", List.of(0.9), false, Measure.QuantileMethod.LINEAR)),
        query.measures());
    GroupKey.TimeBucket bucket = (GroupKey.TimeBucket) query.groupBy().getFirst();
    assertEquals(ZoneId.of("Europe/Berlin"), bucket.zone());
    assertEquals(GroupKey.Granularity.WEEK, bucket.granularity());
  }

  @Test
  void nestedListsAreOrderedAndCutByAMeasure() {
    assertEquals(
        "{cubes:{byCountryPlatform:{buckets:[{countries:[{country:\"text\"}]},{countries:[{country:null}]}]}}}",
        client.recharge(
            "cubes{byCountryPlatform(%s){buckets{countries(top: 1, by: AMOUNT_AVG){country}}}}"
                .formatted(RANGE)));
    assertEquals(
        List.of(new Measure.Count(), new Measure.Column("amount", Measure.Function.AVG)),
        asked().getLast().measures());
  }

  @Test
  void aggregatesExplainWhatWasRead() {
    assertEquals(
        "{aggregate:{explain:{cube:null,estimatedRows:0,cubesRejected:[],plan:[]}}}",
        client.recharge(
            "aggregate(input:{%s}){explain{cube estimatedRows cubesRejected{message} plan}}"
                .formatted(RANGE)));
  }

  @Test
  void whatACubeDoesNotKeepIsNoFieldOfIt() {
    assertEquals(
        "GRAPHQL_VALIDATION_FAILED",
        client.refused(
            "{recharge{cubes{byCountryPlatform(%s){total{amountMin}}}}}".formatted(RANGE)));
    assertEquals(
        "BAD_USER_INPUT RechargeByCountryPlatformBucket.countries(top:)",
        client.refused(
            "{recharge{cubes{byCountryPlatform(%s){buckets{countries(top: -1){country}}}}}}"
                .formatted(RANGE)));
  }
}
