package io.tyto.graphqlschema.schema;

import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.EventConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An entity as the API shows it: the collections that have its events. Immutable.
///
/// @param name as the configs have it
/// @param collections those that may be aggregated, in the order of the catalog; one at least
public record ApiEntity(String name, List<ApiCollection> collections) {

  public ApiEntity {
    collections = List.copyOf(collections);
  }

  static List<ApiEntity> of(Collection<ApiCollection> all) {
    Map<String, List<ApiCollection>> byName = new LinkedHashMap<>();
    for (ApiCollection collection : all) {
      EventConfig.Entity entity = collection.schema().config().entity();
      if (entity != null && collection.expose().aggregate()) {
        byName.computeIfAbsent(entity.name(), _ -> new ArrayList<>()).add(collection);
      }
    }
    return byName.entrySet().stream()
        .map(entry -> new ApiEntity(entry.getKey(), entry.getValue()))
        .toList();
  }

  /// Its field in the root query.
  public String field() {
    return ApiNames.entityField(name);
  }

  /// What the names of its types begin with.
  public String typeName() {
    return ApiNames.entityType(name);
  }

  /// The collection of that root field.
  public ApiCollection collection(String field) {
    return collections.stream()
        .filter(collection -> collection.field().equals(field))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(name + " has no collection with field " + field));
  }
}
