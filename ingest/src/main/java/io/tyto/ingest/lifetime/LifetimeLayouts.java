package io.tyto.ingest.lifetime;

import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateFunction;
import io.tyto.engine.state.StateLayout;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Which elements a collection's config asks for. Thread-safe: no state.
public final class LifetimeLayouts {
  /// How the meaning of elements begins that only cohorts have.
  private static final String OF_COHORTS = "cohorts: ";

  private LifetimeLayouts() {}

  public static StateLayout of(TableSchema schema) {
    Set<StateElement> elements = new LinkedHashSet<>();
    for (Lifetime.Measure measure : schema.config().lifetime().measures()) {
      elements.add(element(schema, measure));
    }
    for (Lifetime.Measure measure : schema.config().lifetime().running()) {
      elements.add(element(schema, measure));
    }
    for (Anomaly rule : schema.config().lifetime().anomalies()) {
      elements.add(element(schema, rule));
    }
    return new StateLayout(List.copyOf(elements));
  }

  /// The element that a measure is read from; two measures may share one, and a running one shares
  /// with what is asked for by entity.
  public static StateElement element(TableSchema schema, Lifetime.Measure measure) {
    String name = measure.column();
    if (name == null) {
      return StateElement.EVENTS;
    }
    return element(schema, function(measure.function()), name);
  }

  /// The element that a rule compares values with. One of cohorts is another than that of entities:
  /// these would keep moments that nobody reads.
  static StateElement element(TableSchema schema, Anomaly rule) {
    StateElement moments = element(schema, StateFunction.MOMENTS, rule.value());
    return rule.isOfEntity()
        ? moments
        : new StateElement(
            moments.function(), moments.columnId(), moments.form(), OF_COHORTS + moments.meaning());
  }

  /// Whether only cohorts have the element: events do not come into it by their entity, and stored
  /// rows never do, since those of before the rule tell no cohorts.
  public static boolean isOfCohorts(StateElement element) {
    return element.meaning().startsWith(OF_COHORTS);
  }

  private static StateElement element(TableSchema schema, StateFunction function, String name) {
    ColumnSpec column = schema.column(name);
    if (column == null) {
      throw new IllegalStateException(schema.name() + " has no column " + name);
    }
    return new StateElement(function, column.id(), column.type().physical(), meaning(column));
  }

  private static StateFunction function(Lifetime.Function function) {
    return switch (function) {
      case COUNT -> StateFunction.COUNT;
      case SUM -> StateFunction.SUM;
      case AVG -> StateFunction.AVG;
      case MIN -> StateFunction.MIN;
      case MAX -> StateFunction.MAX;
      case FIRST -> StateFunction.FIRST;
      case LAST -> StateFunction.LAST;
      case DISTINCT -> StateFunction.DISTINCT;
    };
  }

  /// Types with the same numbers mean the same, so that a column may become wider.
  private static String meaning(ColumnSpec column) {
    String type =
        switch (column.type()) {
          case ColumnType.IntType _, ColumnType.LongType _ -> "long";
          case ColumnType.DecimalType decimal -> "decimal scale " + decimal.scale();
          case ColumnType.Scalar _, ColumnType.ListType _ -> column.type().toString();
        };
    return column.privacy() == null ? type : type + " " + column.privacy();
  }
}
