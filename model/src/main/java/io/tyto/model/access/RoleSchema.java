package io.tyto.model.access;

import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A collection as it is for a caller: what is denied is not in it, so that whatever is made of it
/// cannot name it. For names and shapes only; rows are read by the collection's own schema.
public final class RoleSchema {
  private RoleSchema() {}

  /// Null where the collection is not there for the caller.
  public static @Nullable TableSchema of(TableSchema schema, Caller caller) {
    if (!Guard.sees(caller, schema)) {
      return null;
    }
    EventConfig config = schema.config();
    Set<String> shown = new HashSet<>();
    for (ColumnSpec column : schema.columns()) {
      if (Guard.shows(caller, config, column)) {
        shown.add(column.name());
      }
    }
    boolean records = Guard.may(caller, Verb.RECORDS, schema);
    boolean keepsAll = records && !Guard.isRestricted(caller, schema);
    EventConfig.Expose expose =
        expose(config.expose(), Guard.may(caller, Verb.QUERY, schema), records);
    EventConfig.Entity entity = config.entity();
    EventConfig visible =
        config
            .but()
            .columns(only(config.columns(), shown))
            .entity(entity == null || !shown.contains(entity.key()) ? null : entity)
            .expose(expose)
            .lifetime(keepsAll ? only(config.lifetime(), config, shown) : Lifetime.NONE)
            .cubes(config.cubes().stream().filter(cube -> isShown(cube, shown)).toList())
            .build();
    return new TableSchema(
        schema.projectId(),
        schema.groupId(),
        schema.collectionId(),
        schema.name(),
        schema.version(),
        only(schema.columns(), shown),
        visible,
        List.of());
  }

  private static List<ColumnSpec> only(List<ColumnSpec> columns, Set<String> shown) {
    return columns.stream().filter(column -> shown.contains(column.name())).toList();
  }

  private static Lifetime only(Lifetime lifetime, EventConfig config, Set<String> shown) {
    return new Lifetime(
        lifetime.measures().stream()
            .filter(measure -> measure.column() == null || shown.contains(measure.column()))
            // One that a field shows is as hidden as the field.
            .filter(
                measure -> config.column(measure.name()) == null || shown.contains(measure.name()))
            .toList());
  }

  private static EventConfig.Expose expose(
      EventConfig.Expose declared, boolean queries, boolean records) {
    return new EventConfig.Expose(
        declared.aggregate() && queries,
        declared.table() && queries,
        declared.records() && records,
        declared.cubes() && queries,
        declared.values() && queries);
  }

  private static boolean isShown(Cube cube, Set<String> shown) {
    return shown.containsAll(cube.dimensions())
        && cube.measures().stream()
            .allMatch(measure -> measure.column() == null || shown.contains(measure.column()));
  }
}
