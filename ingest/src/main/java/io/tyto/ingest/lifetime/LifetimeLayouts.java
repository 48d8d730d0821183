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

  /// The element that a rule compares values with.
  static StateElement element(TableSchema schema, Anomaly rule) {
    return element(schema, StateFunction.MOMENTS, rule.value());
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
