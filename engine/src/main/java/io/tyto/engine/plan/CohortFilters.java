package io.tyto.engine.plan;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Cohort;
import io.tyto.model.query.EntitySet;
import io.tyto.model.query.Filter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Finds out who is in the cohorts that filters name, each once, and writes the filters anew with
/// them. Not thread-safe; one a query.
public final class CohortFilters {
  private static final int MAX_COHORTS = 8;

  private final Function<Cohort, EntitySet> members;
  private final Map<Cohort, EntitySet> known = new HashMap<>();

  /// @param members runs one cohort
  public CohortFilters(Function<Cohort, EntitySet> members) {
    this.members = members;
  }

  /// Whether an answer depends on what entities did elsewhere.
  public static boolean isAnyIn(AggregateQuery query) {
    return isAnyIn(query.where());
  }

  public static boolean isAnyIn(@Nullable Filter filter) {
    return switch (filter) {
      case Filter.And(var filters) -> filters.stream().anyMatch(CohortFilters::isAnyIn);
      case Filter.Or(var filters) -> filters.stream().anyMatch(CohortFilters::isAnyIn);
      case Filter.Not(var inner) -> isAnyIn(inner);
      case Filter.InCohort _ -> true;
      case null, default -> false;
    };
  }

  /// The same filter with other cohorts.
  public static @Nullable Filter with(@Nullable Filter filter, UnaryOperator<Cohort> other) {
    return switch (filter) {
      case Filter.And(var filters) -> new Filter.And(with(filters, other));
      case Filter.Or(var filters) -> new Filter.Or(with(filters, other));
      case Filter.Not(var inner) -> new Filter.Not(Objects.requireNonNull(with(inner, other)));
      case Filter.InCohort(Cohort cohort, var _) -> new Filter.InCohort(other.apply(cohort), null);
      case null, default -> filter;
    };
  }

  private static List<Filter> with(List<Filter> filters, UnaryOperator<Cohort> other) {
    return filters.stream().map(each -> Objects.requireNonNull(with(each, other))).toList();
  }

  /// The same filter, with the entities of each cohort. BAD_USER_INPUT where there are more than 8
  /// cohorts.
  public @Nullable Filter resolve(@Nullable Filter filter) {
    return filter == null || !isAnyIn(filter) ? filter : resolved(filter);
  }

  private Filter resolved(Filter filter) {
    return switch (filter) {
      case Filter.And(var filters) -> new Filter.And(resolved(filters));
      case Filter.Or(var filters) -> new Filter.Or(resolved(filters));
      case Filter.Not(var inner) -> new Filter.Not(resolved(inner));
      case Filter.InCohort(Cohort cohort, var _) -> new Filter.InCohort(cohort, entities(cohort));
      default -> filter;
    };
  }

  private List<Filter> resolved(List<Filter> filters) {
    return filters.stream().map(this::resolved).toList();
  }

  private EntitySet entities(Cohort cohort) {
    EntitySet entities = known.get(cohort);
    if (entities == null) {
      if (known.size() == MAX_COHORTS) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "one question filters by at most " + MAX_COHORTS + " different cohorts");
      }
      entities = members.apply(cohort);
      known.put(cohort, entities);
    }
    return entities;
  }
}
