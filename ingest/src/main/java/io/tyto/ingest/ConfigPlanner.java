package io.tyto.ingest;

import io.tyto.ingest.config.ConfigDiff;
import io.tyto.ingest.config.DiscoveredFields;
import io.tyto.ingest.config.StoredRows;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.CollectionPlan;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.ConfigPlan;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.catalog.CatalogState.Discovered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Tells what new configs mean for the collections that stand. Immutable.
///
/// @param schemas newest schema by collection name
record ConfigPlanner(CatalogState state, Map<String, TableSchema> schemas) {

  /// What applying configs would do.
  ///
  /// @param tables what was planned for dimension tables
  /// @param stored what a collection holds
  ConfigPlan plan(
      List<EventConfig> configs,
      List<CollectionPlan> tables,
      Function<TableSchema, StoredRows> stored) {
    Map<String, ColumnSpec> keys = new HashMap<>();
    for (TableSchema schema : schemas.values()) {
      noteKey(schema.config(), keys, new ArrayList<>());
    }
    List<CollectionPlan> plans = new ArrayList<>(tables);
    for (EventConfig config : configs) {
      TableSchema current = schemas.get(config.collection());
      plans.add(
          current == null
              ? new CollectionPlan(config.collection(), 0, 1, created(config, keys))
              : changed(current, joined(config), stored.apply(current)));
    }
    return new ConfigPlan(plans);
  }

  private static List<ConfigChange> created(EventConfig config, Map<String, ColumnSpec> keys) {
    List<ConfigChange> changes = new ArrayList<>();
    changes.add(
        new ConfigChange(
            Verdict.COMPATIBLE,
            "new collection",
            "%d fields; takes events as soon as it is applied".formatted(config.columns().size())));
    noteKey(config, keys, changes);
    return changes;
  }

  private CollectionPlan changed(TableSchema current, EventConfig config, StoredRows stored) {
    ConfigDiff diff = diff(current, config, stored);
    int version = current.version();
    List<ConfigChange> changes = new ArrayList<>(diff.changes());
    if (diff.isCompatible()) {
      changes.addAll(ViewChanges.of(current, config, diff, state.views().values(), stored));
    }
    return new CollectionPlan(
        config.collection(), version, diff.isUnchanged() ? version : version + 1, changes);
  }

  ConfigDiff diff(TableSchema current, EventConfig config, StoredRows stored) {
    return ConfigDiff.compare(current, discoveredNames(current), config, stored);
  }

  /// Collections that share an entity must agree on its key's type, or one key would have two
  /// places.
  private static void noteKey(
      EventConfig config, Map<String, ColumnSpec> keys, List<ConfigChange> changes) {
    EventConfig.Entity entity = config.entity();
    ColumnSpec key = entity == null ? null : config.column(entity.key());
    if (entity == null || key == null) {
      return;
    }
    ColumnSpec other = keys.putIfAbsent(entity.name(), key);
    if (other != null && !other.type().equals(key.type())) {
      changes.add(
          new ConfigChange(
              Verdict.BREAKING,
              "entity '%s' has a key of type %s here and of type %s in another collection"
                  .formatted(entity.name(), key.type(), other.type()),
              "one key would have two places; use the same type, or another entity name"));
    }
  }

  /// CONFIG_INCOMPATIBLE where the plan is breaking.
  static void requireCompatible(ConfigPlan plan) {
    if (!plan.isBreaking()) {
      return;
    }
    List<String> reasons = new ArrayList<>();
    for (CollectionPlan collection : plan.collections()) {
      for (ConfigChange change : collection.changes()) {
        if (change.verdict() == Verdict.BREAKING) {
          reasons.add(
              "%s: %s: %s".formatted(collection.collection(), change.what(), change.consequence()));
        }
      }
    }
    throw new TytoException(
        ErrorCode.CONFIG_INCOMPATIBLE,
        "nothing was applied, because this would contradict what is stored:\n"
            + String.join("\n", reasons));
  }

  /// Fields of a collection that were found in events.
  List<Discovered> discovered(TableSchema schema) {
    return state.collection(schema.name()).orElseThrow().newest().discovered();
  }

  private Set<String> discoveredNames(TableSchema schema) {
    return discovered(schema).stream().map(Discovered::name).collect(Collectors.toSet());
  }

  /// What is applied when a file is: its fields and the found ones that it leaves standing.
  EventConfig joined(EventConfig file) {
    TableSchema current = schemas.get(file.collection());
    return current == null
        ? file
        : DiscoveredFields.join(file, DiscoveredFields.standing(file, discovered(current)));
  }
}
