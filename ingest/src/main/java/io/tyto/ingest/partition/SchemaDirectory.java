package io.tyto.ingest.partition;

import io.tyto.engine.view.BoundView;
import io.tyto.model.schema.TableSchema;
import java.util.List;
import java.util.Set;

/// What a partition asks the catalog. Thread-safe; answers without I/O.
public interface SchemaDirectory {
  /// The newest schema of a collection. INTERNAL where there is no such collection.
  TableSchema newest(int collectionId);

  /// The collections of a group, ascending by id.
  List<Integer> collectionsOf(int groupId);

  /// The newest schemas of all collections in the group of one.
  default List<TableSchema> groupOf(TableSchema schema) {
    return collectionsOf(schema.groupId()).stream().map(this::newest).toList();
  }

  long catalogVersion();

  /// Reads what other processes changed since, if there are any.
  default void refresh() {}

  /// The views of a collection, over its newest schema.
  default List<BoundView> views(int collectionId) {
    return List.of();
  }

  /// Names of views of a collection that do not fit it now, and may fit it again.
  default Set<String> unboundViews(int collectionId) {
    return Set.of();
  }

  /// How what is stored of a collection follows its policies.
  default StoredPrivacy privacy(int collectionId) {
    return StoredPrivacy.NONE;
  }
}
