package io.tyto.engine.plan;

import io.tyto.engine.aggregate.StateSpec;
import io.tyto.model.query.Measure;
import io.tyto.model.schema.Cube;
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
          when function == Measure.Function.COUNT_DISTINCT && !isExact(plan, column) ->
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

  /// By the config alone: the entity's key by its ids, another column where a cube keeps its
  /// values.
  private static boolean isExact(AggregatePlan plan, String column) {
    EventConfig config = plan.columns().schema().config();
    EventConfig.Entity entity = config.entity();
    return entity != null && entity.key().equals(column)
        || Cube.counting(config.cubes(), column) == Cube.Counting.EXACT;
  }

  private static String name(AggregatePlan plan, String column) {
    return plan.columns().require(column).apiName();
  }
}
