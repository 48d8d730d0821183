package io.tyto.engine.plan;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.EventConfig;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Says which measures of an answer are estimates, and how far they may be off.
final class Approximations {
  private Approximations() {}

  static List<String> of(AggregatePlan plan) {
    Set<String> approximate = new LinkedHashSet<>();
    for (StateSpec state : plan.states()) {
      String text = describe(plan, state.measure());
      if (text != null) {
        approximate.add(text);
      }
    }
    return new ArrayList<>(approximate);
  }

  private static @Nullable String describe(AggregatePlan plan, Measure measure) {
    return switch (measure) {
      case Measure.Column(String column, Measure.Function function)
          when function == Measure.Function.COUNT_DISTINCT && !isEntityKey(plan, column) ->
          name(plan, column) + ".countDistinct: HyperLogLog, relative standard error 0.8 %";
      case Measure.Quantiles quantiles when !quantiles.exact() ->
          name(plan, quantiles.column()) + ".quantile: DDSketch, relative error at most 1 %";
      case Measure.Count _,
          Measure.Column _,
          Measure.Quantiles _,
          Measure.Top _,
          Measure.Only _,
          Measure.Expr _ ->
          null;
    };
  }

  private static boolean isEntityKey(AggregatePlan plan, String column) {
    EventConfig.Entity entity = plan.columns().schema().config().entity();
    return entity != null && entity.key().equals(column);
  }

  private static String name(AggregatePlan plan, String column) {
    return plan.columns().require(column).apiName();
  }
}
