package io.tyto.store.catalog;

import io.tyto.store.catalog.CatalogState.ConfigVersion;
import io.tyto.store.catalog.CatalogState.FeedBinding;
import io.tyto.store.catalog.CatalogState.Group;
import io.tyto.store.catalog.CatalogState.Project;
import io.tyto.store.catalog.CatalogState.SavedCohort;
import io.tyto.store.catalog.CatalogState.SavedItem;
import io.tyto.store.catalog.CatalogState.SavedView;

/// One thing a catalog version records. Facts are only ever added; the state is what they say in
/// order.
sealed interface CatalogFact {

  record ProjectAdded(Project project) implements CatalogFact {}

  record GroupAdded(Group group) implements CatalogFact {}

  record CollectionAdded(int id, String name, int groupId, ConfigVersion first)
      implements CatalogFact {}

  record ConfigVersionAdded(int collectionId, ConfigVersion next) implements CatalogFact {}

  record FileImported(String contentId, String name, int collectionId, long rows)
      implements CatalogFact {}

  record CohortSaved(SavedCohort cohort) implements CatalogFact {}

  record CohortDropped(String entity, String name) implements CatalogFact {}

  /// A view that stands in no config, in place of one of that name.
  record ViewSaved(SavedView view) implements CatalogFact {}

  record ViewDropped(String name) implements CatalogFact {}

  /// A query or a dashboard, in place of one of that id.
  record ItemSaved(SavedItem item) implements CatalogFact {}

  record ItemDropped(String id) implements CatalogFact {}

  /// What the group reads of the topic from now on, in place of an earlier binding.
  record FeedBound(FeedBinding binding) implements CatalogFact {}
}
