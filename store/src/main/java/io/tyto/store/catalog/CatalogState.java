package io.tyto.store.catalog;

import io.tyto.model.schema.SystemColumns;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Everything the catalog says as of one version. Immutable.
///
/// @param version 0 while nothing has been recorded
/// @param projects by id, like groups and collections
/// @param imports by content id
/// @param bindings by {@link FeedBinding#key}
/// @param cohorts by {@link SavedCohort#key}
/// @param views by name
/// @param saved by id
public record CatalogState(
    long version,
    SortedMap<Integer, Project> projects,
    SortedMap<Integer, Group> groups,
    SortedMap<Integer, Collection> collections,
    SortedMap<String, ImportedFile> imports,
    SortedMap<String, FeedBinding> bindings,
    SortedMap<String, SavedCohort> cohorts,
    SortedMap<String, SavedView> views,
    SortedMap<String, SavedItem> saved) {

  public record Project(int id, String name) {}

  /// A cohort that is kept by name.
  ///
  /// @param definition text of whoever kept it
  /// @param version of the catalog that keeps it
  public record SavedCohort(String entity, String name, String definition, long version) {
    public String key() {
      return keyOf(entity, name);
    }

    public static String keyOf(String entity, String name) {
      return entity + "/" + name;
    }
  }

  /// A view that stands in no config.
  ///
  /// @param definition text of whoever created it
  /// @param version of the catalog that keeps it
  public record SavedView(String name, int collectionId, String definition, long version) {}

  /// A query or a dashboard that is kept for a project.
  ///
  /// @param kind `query` or `dashboard`
  /// @param project whose callers it is there for
  /// @param document names the text of a query by its hash; null of anything else
  /// @param definition JSON of whoever kept it
  /// @param version from 1, one more with every change
  /// @param updatedMicros when it was changed last, since the epoch
  public record SavedItem(
      String id,
      String kind,
      String project,
      String name,
      @Nullable String document,
      String definition,
      int version,
      long updatedMicros) {}

  /// @param entity what its collections share, such as `user`; null: a group of one collection
  /// @param generation grows when partitions are laid out anew
  /// @param placement how a key chooses its partition; fixed for the life of the group
  public record Group(
      int id,
      String name,
      @Nullable String entity,
      int partitions,
      int generation,
      String placement) {
    /// By our own hash of the key.
    public static final String OWN_PLACEMENT = "xxh64";
  }

  /// What a group reads of a topic outside of this process, decided before the first record is
  /// read.
  ///
  /// @param kind `kafka` or `nats`
  /// @param incarnation of the topic; a topic that was deleted and made again has another
  /// @param logs by partition of the topic
  public record FeedBinding(
      int groupId, String kind, String topic, String incarnation, List<BoundLog> logs) {
    public FeedBinding {
      logs = List.copyOf(logs);
    }

    public String key() {
      return keyOf(groupId, kind, topic);
    }

    public static String keyOf(int groupId, String kind, String topic) {
      return groupId + "/" + kind + "/" + topic;
    }
  }

  /// One log of a topic.
  ///
  /// @param start offset from which it is read
  /// @param spreadFrom records below it belong to the group's partition with the log's own number,
  ///   records from it on to the partition of their key
  public record BoundLog(long start, long spreadFrom) {
    /// {@link #spreadFrom} of a log that feeds one partition for good.
    public static final long NEVER = Long.MAX_VALUE;
  }

  /// @param nextColumnId the id that a new column gets
  /// @param versions ascending from 1
  public record Collection(
      int id, String name, int groupId, int nextColumnId, List<ConfigVersion> versions) {
    public Collection {
      versions = List.copyOf(versions);
    }

    public ConfigVersion newest() {
      return versions.getLast();
    }

    /// Columns that earlier versions read from events and the newest does not have, each as it was
    /// last; ascending by id. Their values are stored still.
    public List<Column> dormant() {
      SortedMap<Integer, Column> last = new TreeMap<>();
      for (ConfigVersion version : versions) {
        version.columns().forEach(column -> last.put(column.id(), column));
      }
      newest().columns().forEach(column -> last.remove(column.id()));
      return last.values().stream().filter(column -> !column.isDerived()).toList();
    }
  }

  /// @param configText the file as written
  /// @param discovered columns that the file does not name; they are among `columns` too
  public record ConfigVersion(
      int version, String configText, List<Column> columns, List<Discovered> discovered) {
    public ConfigVersion {
      columns = List.copyOf(columns);
      discovered = List.copyOf(discovered);
    }

    public ConfigVersion(int version, String configText, List<Column> columns) {
      this(version, configText, columns, List.of());
    }
  }

  /// A derived column over a key that was found in events.
  ///
  /// @param apiName its name in the API
  /// @param source the json column that keeps the key
  /// @param type the textual form of its type
  public record Discovered(String name, String apiName, String source, String key, String type) {}

  /// @param id never reused within the collection; a column keeps it under another name or a wider
  ///   type, and a derived one gets another where its expression changes
  /// @param type the textual form of its type
  /// @param isDerived its values are computed from others, or from other rows: once it is gone,
  ///   nobody asks for them
  public record Column(int id, String name, String type, boolean isDerived) {
    public Column(int id, String name, String type) {
      this(id, name, type, false);
    }
  }

  /// A file whose records are all committed.
  ///
  /// @param contentId SHA-256 of its content, with `#2`, `#3` for deliberate repetitions
  /// @param names under which it was imported
  /// @param rows records it had
  public record ImportedFile(String contentId, List<String> names, int collectionId, long rows) {
    public ImportedFile {
      names = List.copyOf(names);
    }
  }

  static final CatalogState EMPTY =
      new CatalogState(
          0,
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>(),
          new TreeMap<>());

  public CatalogState {
    projects = Collections.unmodifiableSortedMap(new TreeMap<>(projects));
    groups = Collections.unmodifiableSortedMap(new TreeMap<>(groups));
    collections = Collections.unmodifiableSortedMap(new TreeMap<>(collections));
    imports = Collections.unmodifiableSortedMap(new TreeMap<>(imports));
    bindings = Collections.unmodifiableSortedMap(new TreeMap<>(bindings));
    cohorts = Collections.unmodifiableSortedMap(new TreeMap<>(cohorts));
    views = Collections.unmodifiableSortedMap(new TreeMap<>(views));
    saved = Collections.unmodifiableSortedMap(new TreeMap<>(saved));
  }

  public Optional<Collection> collection(String name) {
    return collections.values().stream().filter(c -> c.name().equals(name)).findFirst();
  }

  /// The group of collections that share this entity.
  public Optional<Group> groupOfEntity(String entity) {
    return groups.values().stream().filter(g -> entity.equals(g.entity())).findFirst();
  }

  public List<Collection> collectionsOf(int groupId) {
    return collections.values().stream().filter(c -> c.groupId() == groupId).toList();
  }

  CatalogState atVersion(long newVersion) {
    return new CatalogState(
        newVersion, projects, groups, collections, imports, bindings, cohorts, views, saved);
  }

  /// This with one more fact, at the same version.
  CatalogState with(CatalogFact fact) {
    return switch (fact) {
      case CatalogFact.ProjectAdded(Project project) ->
          new CatalogState(
              version,
              put(projects, project.id(), project),
              groups,
              collections,
              imports,
              bindings,
              cohorts,
              views,
              saved);
      case CatalogFact.GroupAdded(Group group) ->
          new CatalogState(
              version,
              projects,
              put(groups, group.id(), group),
              collections,
              imports,
              bindings,
              cohorts,
              views,
              saved);
      case CatalogFact.CollectionAdded(int id, String name, int groupId, ConfigVersion first) ->
          withCollection(new Collection(id, name, groupId, nextColumnId(0, first), List.of(first)));
      case CatalogFact.ConfigVersionAdded(int collectionId, ConfigVersion next) ->
          withCollection(withVersion(existing(collectionId), next));
      case CatalogFact.FileImported imported ->
          new CatalogState(
              version,
              projects,
              groups,
              collections,
              withImport(imported),
              bindings,
              cohorts,
              views,
              saved);
      case CatalogFact.FeedBound(FeedBinding binding) ->
          new CatalogState(
              version,
              projects,
              groups,
              collections,
              imports,
              put(bindings, binding.key(), binding),
              cohorts,
              views,
              saved);
      case CatalogFact.CohortSaved(SavedCohort cohort) ->
          withCohorts(put(cohorts, cohort.key(), cohort));
      case CatalogFact.CohortDropped(String entity, String name) -> {
        SortedMap<String, SavedCohort> left = new TreeMap<>(cohorts);
        left.remove(SavedCohort.keyOf(entity, name));
        yield withCohorts(left);
      }
      case CatalogFact.ViewSaved(SavedView view) -> withViews(put(views, view.name(), view));
      case CatalogFact.ViewDropped(String name) -> {
        SortedMap<String, SavedView> left = new TreeMap<>(views);
        left.remove(name);
        yield withViews(left);
      }
      case CatalogFact.ItemSaved(SavedItem item) -> withSaved(put(saved, item.id(), item));
      case CatalogFact.ItemDropped(String id) -> {
        SortedMap<String, SavedItem> left = new TreeMap<>(saved);
        left.remove(id);
        yield withSaved(left);
      }
    };
  }

  private CatalogState withCohorts(SortedMap<String, SavedCohort> kept) {
    return new CatalogState(
        version, projects, groups, collections, imports, bindings, kept, views, saved);
  }

  private CatalogState withViews(SortedMap<String, SavedView> kept) {
    return new CatalogState(
        version, projects, groups, collections, imports, bindings, cohorts, kept, saved);
  }

  private CatalogState withSaved(SortedMap<String, SavedItem> kept) {
    return new CatalogState(
        version, projects, groups, collections, imports, bindings, cohorts, views, kept);
  }

  Collection existing(int collectionId) {
    Collection collection = collections.get(collectionId);
    if (collection == null) {
      throw new IllegalArgumentException("the catalog has no collection " + collectionId);
    }
    return collection;
  }

  private CatalogState withCollection(Collection collection) {
    return new CatalogState(
        version,
        projects,
        groups,
        put(collections, collection.id(), collection),
        imports,
        bindings,
        cohorts,
        views,
        saved);
  }

  private static Collection withVersion(Collection collection, ConfigVersion next) {
    List<ConfigVersion> versions = new ArrayList<>(collection.versions());
    versions.add(next);
    return new Collection(
        collection.id(),
        collection.name(),
        collection.groupId(),
        nextColumnId(collection.nextColumnId(), next),
        versions);
  }

  private static int nextColumnId(int known, ConfigVersion version) {
    int greatest =
        version.columns().stream()
            .mapToInt(Column::id)
            .max()
            .orElse(SystemColumns.FIRST_USER_ID - 1);
    return Math.max(known, greatest + 1);
  }

  private SortedMap<String, ImportedFile> withImport(CatalogFact.FileImported fact) {
    ImportedFile known = imports.get(fact.contentId());
    List<String> names = new ArrayList<>(known == null ? List.of() : known.names());
    if (!names.contains(fact.name())) {
      names.add(fact.name());
    }
    return put(
        imports,
        fact.contentId(),
        new ImportedFile(fact.contentId(), names, fact.collectionId(), fact.rows()));
  }

  private static <K extends Comparable<K>, V> SortedMap<K, V> put(
      SortedMap<K, V> map, K key, V value) {
    SortedMap<K, V> copy = new TreeMap<>(map);
    copy.put(key, value);
    return copy;
  }
}
