package io.tyto.store.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Everything the catalog says as of one version. Immutable.
///
/// @param version 0 while nothing has been recorded
/// @param imports by content id
public record CatalogState(
    long version,
    SortedMap<Integer, Project> projects,
    SortedMap<Integer, Group> groups,
    SortedMap<Integer, Collection> collections,
    Map<String, ImportedFile> imports) {

  public record Project(int id, String name) {}

  /// @param entity what its collections share, such as `user`; null: a group of one collection
  /// @param generation grows when partitions are laid out anew
  public record Group(
      int id, String name, @Nullable String entity, int partitions, int generation) {}

  /// @param versions ascending from 1
  public record Collection(
      int id, String name, int groupId, int nextColumnId, List<ConfigVersion> versions) {
    public ConfigVersion newest() {
      return versions.getLast();
    }
  }

  /// @param configText the file as written
  public record ConfigVersion(int version, String configText, List<Column> columns) {}

  /// @param id never reused within the collection
  /// @param type the textual form of its type
  public record Column(int id, String name, String type) {}

  /// A file whose records are all committed.
  ///
  /// @param contentId SHA-256 of its content, with `#2`, `#3` for deliberate repetitions
  /// @param names under which it was imported
  /// @param rows records it had
  public record ImportedFile(String contentId, List<String> names, int collectionId, long rows) {}

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
}
