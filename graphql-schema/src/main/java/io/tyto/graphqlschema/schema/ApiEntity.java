package io.tyto.graphqlschema.schema;

import io.tyto.model.port.CohortService;
import io.tyto.model.port.CohortService.SavedCohort;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.EventConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An entity as the API shows it: the collections that have its events. Immutable.
///
/// @param name as the configs have it
/// @param saved what is kept of its cohorts now
/// @param collections those that may be aggregated, in the order of the catalog; one at least
public record ApiEntity(
    String name, List<ApiCollection> collections, Supplier<List<SavedCohort>> saved) {

  public ApiEntity {
    collections = List.copyOf(collections);
  }

  static List<ApiEntity> of(Collection<ApiCollection> all, CohortService cohorts) {
    Map<String, List<ApiCollection>> byName = new LinkedHashMap<>();
    for (ApiCollection collection : all) {
      EventConfig.Entity entity = collection.schema().config().entity();
      if (entity != null && collection.expose().aggregate()) {
        byName.computeIfAbsent(entity.name(), _ -> new ArrayList<>()).add(collection);
      }
    }
    List<ApiEntity> entities = new ArrayList<>();
    byName.forEach((name, collections) -> {
      ApiEntity entity = new ApiEntity(name, collections, () -> saved(name, cohorts));
      collections.forEach(collection -> collection.join(entity));
      entities.add(entity);
    });
    return entities;
  }

  private static List<SavedCohort> saved(String entity, CohortService cohorts) {
    return cohorts.cohorts().stream().filter(each -> each.entity().equals(entity)).toList();
  }

  /// Its cohorts that are kept, by name.
  public List<SavedCohort> savedCohorts() {
    return saved.get();
  }

  /// The text of a kept cohort, or null.
  public @Nullable String savedCohort(String cohort) {
    return savedCohorts().stream()
        .filter(each -> each.name().equals(cohort))
        .map(SavedCohort::definition)
        .findFirst()
        .orElse(null);
  }

  /// The member of its collections' filters that asks for cohorts.
  String filterField() {
    return "_" + ApiNames.field(name);
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
