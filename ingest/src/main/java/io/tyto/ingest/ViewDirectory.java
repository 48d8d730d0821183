package io.tyto.ingest;

import io.tyto.engine.view.BoundView;
import io.tyto.ingest.config.CollectionNames;
import io.tyto.ingest.config.CreatedView;
import io.tyto.ingest.config.SavedViews;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.catalog.CatalogState.SavedView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The views of one version of the catalog: those of configs, and those that were created.
/// Immutable.
final class ViewDirectory {
  private final SortedMap<String, Known> byName;
  private final List<CreatedView> created;
  private final Map<Integer, List<BoundView>> byCollection = new HashMap<>();

  /// @param bound null where the collection has become one that the definition does not fit, or
  ///   where its names in the API are another's
  /// @param problem why it has; null otherwise
  record Known(
      String name,
      TableSchema collection,
      boolean isConfigured,
      @Nullable BoundView bound,
      @Nullable String problem) {}

  private ViewDirectory(SortedMap<String, Known> byName, List<CreatedView> created) {
    this.byName = byName;
    this.created = List.copyOf(created);
    for (Known known : byName.values()) {
      if (known.bound() != null) {
        byCollection
            .computeIfAbsent(known.collection().collectionId(), _ -> new ArrayList<>())
            .add(known.bound());
      }
    }
  }

  static ViewDirectory of(CatalogState state, Map<Integer, TableSchema> schemas) {
    SortedMap<String, Known> byName = new TreeMap<>();
    for (TableSchema schema : schemas.values()) {
      for (View view : schema.config().views()) {
        BoundView bound = BoundView.of(schema, view);
        byName.put(view.name(), new Known(view.name(), schema, true, bound, null));
      }
    }
    List<CreatedView> created = new ArrayList<>();
    for (SavedView saved : state.views().values()) {
      TableSchema schema = schemas.get(saved.collectionId());
      if (schema != null) {
        created.add(new CreatedView(saved.name(), schema.name()));
      }
    }
    // Nothing of the kind is let in; were it there, the API of all collections could not be made.
    Map<String, String> collisions =
        CollectionNames.collisions(
            schemas.values().stream().map(TableSchema::config).toList(), created);
    for (SavedView saved : state.views().values()) {
      TableSchema schema = schemas.get(saved.collectionId());
      if (schema != null && !byName.containsKey(saved.name())) {
        String collision = collisions.get(saved.name());
        byName.put(
            saved.name(),
            collision == null
                ? bind(saved, schema)
                : new Known(saved.name(), schema, false, null, collision));
      }
    }
    return new ViewDirectory(byName, created);
  }

  private static Known bind(SavedView saved, TableSchema schema) {
    try {
      View view = SavedViews.parse(saved.name(), saved.definition(), schema.config());
      return new Known(saved.name(), schema, false, BoundView.of(schema, view), null);
    } catch (TytoException e) {
      return new Known(saved.name(), schema, false, null, e.getMessage());
    }
  }

  /// Those that no config declares.
  List<CreatedView> created() {
    return created;
  }

  /// By name.
  Collection<Known> all() {
    return byName.values();
  }

  @Nullable Known named(String name) {
    return byName.get(name);
  }

  /// Names of those of a collection that do not fit it as it is.
  Set<String> unbound(int collectionId) {
    return byName.values().stream()
        .filter(known -> known.bound() == null)
        .filter(known -> known.collection().collectionId() == collectionId)
        .map(Known::name)
        .collect(Collectors.toSet());
  }

  /// Those of a collection that can be kept.
  List<BoundView> of(int collectionId) {
    return byCollection.getOrDefault(collectionId, List.of());
  }
}
