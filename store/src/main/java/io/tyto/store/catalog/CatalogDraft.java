package io.tyto.store.catalog;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.SystemColumns;
import io.tyto.store.catalog.CatalogState.Collection;
import io.tyto.store.catalog.CatalogState.Column;
import io.tyto.store.catalog.CatalogState.ConfigVersion;
import io.tyto.store.catalog.CatalogState.Discovered;
import io.tyto.store.catalog.CatalogState.FeedBinding;
import io.tyto.store.catalog.CatalogState.Group;
import io.tyto.store.catalog.CatalogState.ImportedFile;
import io.tyto.store.catalog.CatalogState.Project;
import io.tyto.store.catalog.CatalogState.SavedCohort;
import io.tyto.store.catalog.CatalogState.SavedItem;
import io.tyto.store.catalog.CatalogState.SavedView;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Collects what one catalog version is to record, and gives out ids. Valid inside {@link
/// Catalog#change} only; not thread-safe.
public final class CatalogDraft {
  private static final int MAX_PARTITIONS = 1024;

  private final List<CatalogFact> facts = new ArrayList<>();
  private CatalogState state;

  /// A column as a config says it.
  ///
  /// @param keepsId id of the stored column that it continues; 0: it gets a new one
  public record NewColumn(String name, String type, boolean isDerived, int keepsId) {
    public NewColumn(String name, String type) {
      this(name, type, false, 0);
    }
  }

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
    List<Column> first = withIds(name, Set.of(), SystemColumns.FIRST_USER_ID, columns);
    add(
        new CatalogFact.CollectionAdded(
            id, name, groupId, new ConfigVersion(1, configText, first)));
    return id;
  }

  /// Records the next config version. Who calls has checked that the columns that keep an id can
  /// read what is stored under it.
  ///
  /// @return the config version
  public int addConfigVersion(int collectionId, String configText, List<NewColumn> columns) {
    return addConfigVersion(collectionId, configText, columns, List.of());
  }

  /// @param discovered the columns that the text does not name
  public int addConfigVersion(
      int collectionId, String configText, List<NewColumn> columns, List<Discovered> discovered) {
    Collection collection = state.existing(collectionId);
    Set<Integer> known = new HashSet<>();
    for (ConfigVersion version : collection.versions()) {
      version.columns().forEach(column -> known.add(column.id()));
    }
    List<Column> next = withIds(collection.name(), known, collection.nextColumnId(), columns);
    int version = collection.newest().version() + 1;
    add(
        new CatalogFact.ConfigVersionAdded(
            collectionId, new ConfigVersion(version, configText, next, discovered)));
    return version;
  }

  /// @param known ids that may be kept, each once
  private static List<Column> withIds(
      String collection, Set<Integer> known, int firstFreeId, List<NewColumn> columns) {
    List<Column> result = new ArrayList<>();
    Set<Integer> left = new HashSet<>(known);
    int free = firstFreeId;
    for (NewColumn column : columns) {
      int id = column.keepsId();
      if (id == 0) {
        id = free++;
      } else if (!left.remove(id)) {
        throw new IllegalArgumentException(
            "column %s of %s cannot keep the id %d: no column had it, or another one keeps it"
                .formatted(column.name(), collection, id));
      }
      result.add(new Column(id, column.name(), column.type(), column.isDerived()));
    }
    return result;
  }

  /// Records what a group reads of a topic from now on; nothing where that is known.
  public void bindFeed(FeedBinding binding) {
    if (!binding.equals(state.bindings().get(binding.key()))) {
      add(new CatalogFact.FeedBound(binding));
    }
  }

  /// Keeps a cohort by name, in place of one of that name.
  public void saveCohort(String entity, String name, String definition) {
    add(
        new CatalogFact.CohortSaved(
            new SavedCohort(entity, name, definition, state.version() + 1)));
  }

  /// Lets go of a cohort; nothing where there is none.
  public void dropCohort(String entity, String name) {
    if (state.cohorts().containsKey(SavedCohort.keyOf(entity, name))) {
      add(new CatalogFact.CohortDropped(entity, name));
    }
  }

  /// Keeps a view, in place of one of that name.
  public void saveView(String name, int collectionId, String definition) {
    state.existing(collectionId);
    add(
        new CatalogFact.ViewSaved(
            new SavedView(name, collectionId, definition, state.version() + 1)));
  }

  /// Lets go of a view; nothing where there is none.
  public void dropView(String name) {
    if (state.views().containsKey(name)) {
      add(new CatalogFact.ViewDropped(name));
    }
  }

  /// Keeps a query or a dashboard, in place of one of that id.
  public void save(SavedItem item) {
    add(new CatalogFact.ItemSaved(item));
  }

  /// Lets go of a query or a dashboard; nothing where there is none.
  public void dropSaved(String id) {
    if (state.saved().containsKey(id)) {
      add(new CatalogFact.ItemDropped(id));
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

  /// Nothing with an id is ever removed, so the greatest id knows every id given.
  private static int nextId(SortedMap<Integer, ?> entries) {
    return entries.isEmpty() ? 1 : entries.lastKey() + 1;
  }
}
