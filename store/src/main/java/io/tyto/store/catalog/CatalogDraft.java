package io.tyto.store.catalog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Collects what one catalog version is to record, and gives out ids. Valid inside {@link
/// Catalog#change} only; not thread-safe.
public final class CatalogDraft {

  /// A column as a config says it.
  public record NewColumn(String name, String type) {}

  CatalogDraft() {}

  /// The state with everything drafted so far.
  public CatalogState state() {
    throw new UnsupportedOperationException("lands next");
  }

  /// @return the new group's id
  public int addGroup(String name, @Nullable String entity, int partitions) {
    throw new UnsupportedOperationException("lands next");
  }

  /// Records a collection with its first config version; gives each column an id.
  ///
  /// @return the new collection's id
  public int addCollection(String name, int groupId, String configText, List<NewColumn> columns) {
    throw new UnsupportedOperationException("lands next");
  }

  /// Records the next config version: columns keep their ids by name, new ones get fresh ids.
  /// CONFIG_INCOMPATIBLE where a column changes its type or goes.
  ///
  /// @return the config version
  public int addConfigVersion(int collectionId, String configText, List<NewColumn> columns) {
    throw new UnsupportedOperationException("lands next");
  }

  /// Records an imported file, or one more name of a known one.
  public void addImport(String contentId, String name, int collectionId, long rows) {
    throw new UnsupportedOperationException("lands next");
  }
}
