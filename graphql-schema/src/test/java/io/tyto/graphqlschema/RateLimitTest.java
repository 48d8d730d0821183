package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;

import graphql.ExecutionResult;
import io.tyto.model.access.Caller;
import io.tyto.model.access.LimitClass;
import io.tyto.model.port.LimitService;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Estimate;
import io.tyto.model.query.Estimate.Lane;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import io.tyto.model.result.AggregateResult;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What an operation costs, and what is left.
class RateLimitTest {
  private static final String PANELS =
      """
      recharge {
        a: aggregate(input: {range: {preset: ALL_TIME}}) { totals { count } }
        b: aggregate(input: {range: {preset: ALL_TIME}, groupBy: [{dimension: COUNTRY}]}) { rows { id } }
      }
      """;
  private static final LimitClass SMALL = new LimitClass("small", 2, 100, 50, 4, 4, 1_000);

  private final AtomicInteger run = new AtomicInteger();

  /// Each aggregate reads two million cells.
  private final FakeQueries queries =
      new FakeQueries(Collections.recharge()) {
        @Override
        public AggregateResult aggregate(AggregateQuery query, QueryContext context) {
          QueryGate.Pass pass =
              context.gate().enter(context, new Estimate(Lane.SCAN, 1_000_000, 2));
          run.incrementAndGet();
          pass.leave(1);
          return super.aggregate(query, context);
        }
      };

  private final QueryGate gate =
      (context, estimate) -> {
        context.estimate(estimate.cost());
        context.charge(estimate.cost());
        return new QueryGate.Pass() {
          @Override
          public void more(Estimate further) {}

          @Override
          public void leave(double cost) {
            context.charge(cost - estimate.cost());
          }
        };
      };

  private ExecutionResult ask(LimitService limits, String query) {
    GraphQlApi api =
        GraphQlApi.build(
            List.of(Collections.recharge()),
            GraphQlServices.of(queries).withLimits(limits),
            Clock.fixed(FakeQueries.NOON, ZoneOffset.UTC),
            GraphQlOptions.DEFAULT);
    return api.execute(
        GraphQlRequest.of(query),
        new QueryContext("q", Duration.ofSeconds(30), 1 << 20, Caller.OPEN, gate));
  }

  private static LimitService small() {
    return _ -> new LimitService.Use(SMALL, 40, 7, 1);
  }

  @Test
  void tellsWhatTheOperationCostWhenAllOfItIsAnswered() {
    ExecutionResult result =
        ask(
            small(),
            "{ rateLimit { cost limit remaining restorePerSecond secondsToFull limitPerQuery"
                + " limitPerDay usedToday concurrent maxConcurrent } "
                + PANELS
                + "}");
    assertEquals(List.of(), result.getErrors());
    Map<String, Object> data = result.getData();
    assertEquals(
        "{cost:2.0,limit:100.0,remaining:40.0,restorePerSecond:2.0,secondsToFull:30.0,limitPerQuery:50.0,limitPerDay:1000.0,usedToday:7.0,concurrent:1,maxConcurrent:4}",
        Json.of(data.get("rateLimit")));
    assertEquals(2, run.get());
    assertEquals(
        "{requested:4.0,actual:2.0,throttle:{max:100.0,available:40.0,restorePerSecond:2.0}}",
        Json.of(result.getExtensions().get("cost")));
  }

  @Test
  void aDryRunEstimatesAndRunsNothing() {
    ExecutionResult result = ask(small(), "{ rateLimit(dryRun: true) { cost } " + PANELS + "}");
    assertEquals(List.of(), result.getErrors());
    assertEquals("{rateLimit:{cost:4.0},recharge:{a:null,b:null}}", Json.of(result.getData()));
    assertEquals(0, run.get());
  }

  @Test
  void aDryRunAnswersWhatIsNeverNull() {
    ExecutionResult result =
        ask(small(), "{ rateLimit(dryRun: true) { cost } collections { name } " + PANELS + "}");
    assertEquals(List.of(), result.getErrors());
    assertEquals(
        "{rateLimit:{cost:4.0},collections:[{name:\"recharge\"}],recharge:{a:null,b:null}}",
        Json.of(result.getData()));
    assertEquals(0, run.get());
  }

  @Test
  void whereThereIsNoLimitThereIsNull() {
    ExecutionResult result =
        ask(
            LimitService.NONE,
            "{ rateLimit { cost limit remaining maxConcurrent secondsToFull } }");
    assertEquals(
        "{rateLimit:{cost:0.0,limit:null,remaining:null,maxConcurrent:null,secondsToFull:0.0}}",
        Json.of(result.getData()));
    assertEquals("{requested:0.0,actual:0.0}", Json.of(result.getExtensions().get("cost")));
  }
}
