package io.tyto.ingest;

import io.tyto.ingest.config.ConfigParser;
import io.tyto.ingest.config.DiscoveredFields;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.privacy.PolicyHistory;
import io.tyto.model.port.AdminService.ConfigFile;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.DimensionTable;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.CatalogState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads the schemas of collections from what the catalog keeps of their configs.
///
/// @param tables the dimension tables that stand, by name
/// @param state of the catalog, for what a config takes of other collections
record StoredSchemas(Supplier<Map<String, DimensionTable>> tables, Supplier<CatalogState> state) {

  /// The newest schema of a collection.
  TableSchema newest(CatalogState.Collection collection) {
    List<CatalogState.Column> stored = collection.dormant();
    PolicyHistory history = stored.isEmpty() ? null : history(collection);
    List<ColumnSpec> dormant =
        stored.stream()
            .map(column ->
                Schemas.dormant(
                    column.id(),
                    column.name(),
                    ColumnType.parse(column.type()),
                    history == null ? null : history.of(column.id())))
            .toList();
    return read(collection, collection.newest(), dormant);
  }

  /// How the policies of its columns changed.
  PolicyHistory history(CatalogState.Collection collection) {
    return new PolicyHistory(versions(collection));
  }

  /// Every version, ascending.
  List<TableSchema> versions(CatalogState.Collection collection) {
    return collection.versions().stream().map(version -> of(collection, version)).toList();
  }

  /// One version.
  TableSchema of(CatalogState.Collection collection, CatalogState.ConfigVersion version) {
    return read(collection, version, List.of());
  }

  private TableSchema read(
      CatalogState.Collection collection,
      CatalogState.ConfigVersion version,
      List<ColumnSpec> dormant) {
    ConfigFile file = new ConfigFile(collection.name() + ".yaml", version.configText());
    EventConfig config =
        DiscoveredFields.join(
            ConfigParser.parseStored(file, tables.get(), this::own), version.discovered());
    Map<String, Integer> ids = new HashMap<>();
    version.columns().forEach(column -> ids.put(column.name(), column.id()));
    return Schemas.toTableSchema(
        config,
        StoreKeys.DEFAULT_PROJECT,
        collection.groupId(),
        collection.id(),
        version.version(),
        ids,
        dormant);
  }

  /// What the newest config of a collection says of itself; null where there is none of that name.
  private @Nullable EventConfig own(String collection) {
    return state
        .get()
        .collection(collection)
        .map(found ->
            ConfigParser.own(
                new ConfigFile(collection + ".yaml", found.newest().configText()), tables.get()))
        .orElse(null);
  }
}
