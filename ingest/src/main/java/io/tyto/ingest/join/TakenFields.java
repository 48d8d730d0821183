package io.tyto.ingest.join;

import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateLayout;
import io.tyto.ingest.lifetime.LifetimeLayouts;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a collection takes from one other: which of its columns are filled, and by which states of
/// entities there. Immutable.
///
/// @param source the other collection
/// @param targets columns that are filled
/// @param elements of the states of `source`, one for each target
public record TakenFields(
    TableSchema source, List<ColumnSpec> targets, List<StateElement> elements) {
  public TakenFields {
    targets = List.copyOf(targets);
    elements = List.copyOf(elements);
  }

  /// What a collection takes, one for each collection that it takes of.
  ///
  /// @param group the collections of its group
  public static List<TakenFields> of(TableSchema schema, List<TableSchema> group) {
    List<TakenFields> taken = new ArrayList<>();
    for (Join.OfEvents join : Join.withEvents(schema.config())) {
      TableSchema source = named(join.from(), group);
      List<ColumnSpec> targets = new ArrayList<>();
      List<StateElement> elements = new ArrayList<>();
      for (Map.Entry<String, String> entry : join.take().entrySet()) {
        ColumnSpec target = schema.column(entry.getKey());
        if (target != null) {
          targets.add(target);
          elements.add(last(source, entry.getValue()));
        }
      }
      taken.add(new TakenFields(source, targets, elements));
    }
    return taken;
  }

  private static TableSchema named(String name, List<TableSchema> group) {
    for (TableSchema schema : group) {
      if (schema.name().equals(name)) {
        return schema;
      }
    }
    throw new IllegalStateException("the group has no collection " + name);
  }

  /// The collections that take fields of one.
  public static List<TableSchema> takersOf(TableSchema source, List<TableSchema> group) {
    return group.stream()
        .filter(schema ->
            Join.withEvents(schema.config()).stream()
                .anyMatch(join -> join.from().equals(source.name())))
        .toList();
  }

  /// What the states of a collection keep for the sake of joins, beside what its own config asks
  /// for: the fields that others take, and, where it takes itself, the time of the latest event.
  public static StateLayout layout(TableSchema schema, List<TableSchema> group) {
    StateLayout own = LifetimeLayouts.of(schema);
    Set<StateElement> elements = new LinkedHashSet<>(own.elements());
    if (!Join.withEvents(schema.config()).isEmpty()) {
      elements.add(latest(schema));
    }
    elements.addAll(takenOf(schema, group));
    return elements.size() == own.elements().size() ? own : new StateLayout(List.copyOf(elements));
  }

  /// The elements of a collection that others take.
  public static List<StateElement> takenOf(TableSchema source, List<TableSchema> group) {
    Set<StateElement> elements = new LinkedHashSet<>();
    for (TableSchema taker : group) {
      for (Join.OfEvents join : Join.withEvents(taker.config())) {
        if (join.from().equals(source.name())) {
          join.take().values().forEach(field -> elements.add(last(source, field)));
        }
      }
    }
    return List.copyOf(elements);
  }

  /// An element whose time is that of the entity's latest event: every event with an entity has the
  /// key.
  public static StateElement latest(TableSchema schema) {
    EventConfig.Entity entity = schema.config().entity();
    if (entity == null) {
      throw new IllegalStateException(schema.name() + " has no entity");
    }
    return last(schema, entity.key());
  }

  /// The element that holds the value of a column of the latest event that has one.
  public static StateElement last(TableSchema schema, String column) {
    return LifetimeLayouts.element(
        schema, new Lifetime.Measure(column, Lifetime.Function.LAST, column));
  }
}
