package io.tyto.graphqlschema.schema;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Lifetime;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One entity of a key as the API shows it: a root field over all collections that share it.
/// Immutable.
///
/// @param name of its field in the root query
/// @param collections with anything to ask for, in the order of the catalog
public record KeyedEntity(String name, List<ApiCollection> collections) {
  public KeyedEntity {
    collections = List.copyOf(collections);
  }

  /// The entities of collections, by name.
  static Map<String, KeyedEntity> of(Iterable<ApiCollection> collections) {
    Map<String, List<ApiCollection>> byName = new LinkedHashMap<>();
    for (ApiCollection collection : collections) {
      EventConfig.Entity entity = collection.schema().config().entity();
      if (entity != null) {
        byName.computeIfAbsent(entity.name(), _ -> new ArrayList<>()).add(collection);
      }
    }
    Map<String, KeyedEntity> entities = new LinkedHashMap<>();
    byName.forEach((name, own) -> entities.put(name, new KeyedEntity(name, own)));
    return entities;
  }

  public String typeName() {
    return ApiNames.type(name);
  }

  /// The type of what it has in one collection.
  public String typeName(ApiCollection collection) {
    return typeName() + collection.typeName();
  }

  /// Those of its members that are collections; `id` is its key.
  public List<ApiCollection> members() {
    return collections.stream()
        .filter(collection -> !collection.field().equals("id"))
        .filter(collection ->
            hasLifetime(collection)
                || collection.expose().aggregate()
                || collection.expose().records())
        .toList();
  }

  static boolean hasLifetime(ApiCollection collection) {
    return !collection.schema().config().lifetime().isEmpty();
  }

  /// Column of its key in a collection.
  public static ApiColumn key(ApiCollection collection) {
    EventConfig.Entity entity = collection.schema().config().entity();
    if (entity == null) {
      throw new IllegalArgumentException(collection.name() + " has no entity");
    }
    return collection.byName(entity.key());
  }

  /// How the values of a measure appear.
  public static ApiType type(TableSchema schema, Lifetime.Measure measure) {
    @Nullable ColumnSpec column = measure.column() == null ? null : schema.column(measure.column());
    boolean isValue =
        switch (measure.function()) {
          case MIN, MAX, FIRST, LAST -> true;
          case COUNT, SUM, AVG, DISTINCT -> false;
        };
    if (column != null && isValue) {
      return ApiType.of(column, false);
    }
    return ApiType.natural(measure.type(column == null ? null : column.type()).element());
  }
}
