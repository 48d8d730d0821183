package io.tyto.store.catalog;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.SystemColumns;
import io.tyto.store.catalog.CatalogState.Collection;
import io.tyto.store.catalog.CatalogState.Column;
import io.tyto.store.catalog.CatalogState.ConfigVersion;
import io.tyto.store.catalog.CatalogState.FeedBinding;
import io.tyto.store.catalog.CatalogState.Group;
import io.tyto.store.catalog.CatalogState.ImportedFile;
import io.tyto.store.catalog.CatalogState.Project;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Collects what one catalog version is to record, and gives out ids. Valid inside {@link
/// Catalog#change} only; not thread-safe.
public final class CatalogDraft {
  private static final int MAX_PARTITIONS = 1024;

  private final List<CatalogFact> facts = new ArrayList<>();
  private CatalogState state;

  /// A column as a config says it.
  public record NewColumn(String name, String type) {}

  CatalogDraft(CatalogState state) {
    this.state = state;
  }

  /// The state with everything drafted so far.
  public CatalogState state() {
    return state;
  }

  List<CatalogFact> facts() {
    return List.copyOf(facts);
  }

  private void add(CatalogFact fact) {
    facts.add(fact);
    state = state.with(fact);
  }

  void addProject(Project project) {
    add(new CatalogFact.ProjectAdded(project));
  }

  /// As below, for a group whose keys choose partitions by our own hash.
  public int addGroup(String name, @Nullable String entity, int partitions) {
    return addGroup(name, entity, partitions, Group.OWN_PLACEMENT);
  }

  /// @param entity what its collections share; null: a group of one collection
  /// @param placement how keys choose partitions
  /// @return the new group's id
  public int addGroup(String name, @Nullable String entity, int partitions, String placement) {
    if (partitions < 1 || partitions > MAX_PARTITIONS) {
      throw new TytoException(
          ErrorCode.CONFIG_INVALID,
          "Group %s: expected 1 to %d partitions, found %d."
              .formatted(name, MAX_PARTITIONS, partitions));
    }
    int id = nextId(state.groups());
    add(new CatalogFact.GroupAdded(new Group(id, name, entity, partitions, 0, placement)));
    return id;
  }

  /// Records a collection with its first config version; gives each column an id.
  ///
  /// @return the new collection's id
  public int addCollection(String name, int groupId, String configText, List<NewColumn> columns) {
    if (state.collection(name).isPresent()) {
      throw new IllegalArgumentException("the catalog has a collection " + name + " already");
    }
    if (!state.groups().containsKey(groupId)) {
      throw new IllegalArgumentException("the catalog has no group " + groupId);
    }
    int id = nextId(state.collections());
    List<Column> first = withIds(name, Map.of(), SystemColumns.FIRST_USER_ID, columns);
    add(
        new CatalogFact.CollectionAdded(
            id, name, groupId, new ConfigVersion(1, configText, first)));
    return id;
  }

  /// Records the next config version: columns keep their ids by name, new ones get fresh ids.
  /// CONFIG_INCOMPATIBLE where a column changes its type or goes.
  ///
  /// @return the config version
  public int addConfigVersion(int collectionId, String configText, List<NewColumn> columns) {
    Collection collection = state.existing(collectionId);
    Map<String, Column> known = new HashMap<>();
    collection.newest().columns().forEach(column -> known.put(column.name(), column));
    List<Column> next = withIds(collection.name(), known, collection.nextColumnId(), columns);
    next.forEach(column -> known.remove(column.name()));
    if (!known.isEmpty()) {
      throw incompatible(
          collection.name(), "column " + known.keySet().iterator().next() + " is gone");
    }
    int version = collection.newest().version() + 1;
    add(
        new CatalogFact.ConfigVersionAdded(
            collectionId, new ConfigVersion(version, configText, next)));
    return version;
  }

  private static List<Column> withIds(
      String collection, Map<String, Column> known, int firstFreeId, List<NewColumn> columns) {
    List<Column> result = new ArrayList<>();
    int free = firstFreeId;
    for (NewColumn column : columns) {
      Column before = known.get(column.name());
      if (before == null) {
        result.add(new Column(free++, column.name(), column.type()));
      } else if (before.type().equals(column.type())) {
        result.add(before);
      } else {
        throw incompatible(
            collection,
            "column %s was %s and would be %s"
                .formatted(column.name(), before.type(), column.type()));
      }
    }
    return result;
  }

  private static TytoException incompatible(String collection, String difference) {
    return new TytoException(
        ErrorCode.CONFIG_INCOMPATIBLE,
        "The new config of collection %s cannot take over its data: %s. Only added columns can; take the old column up again, or give the new one another name."
            .formatted(collection, difference));
  }

  /// Records what a group reads of a topic from now on; nothing where that is known.
  public void bindFeed(FeedBinding binding) {
    if (!binding.equals(state.bindings().get(binding.key()))) {
      add(new CatalogFact.FeedBound(binding));
    }
  }

  /// Records an imported file, or one more name of a known one; nothing where both are known.
  public void addImport(String contentId, String name, int collectionId, long rows) {
    state.existing(collectionId);
    ImportedFile known = state.imports().get(contentId);
    if (known == null || known.rows() != rows || !known.names().contains(name)) {
      add(new CatalogFact.FileImported(contentId, name, collectionId, rows));
    }
  }

  /// Nothing is ever removed, so the greatest id knows every id given.
  private static int nextId(SortedMap<Integer, ?> entries) {
    return entries.isEmpty() ? 1 : entries.lastKey() + 1;
  }
}
