package io.tyto.ingest;

import io.tyto.engine.view.BoundView;
import io.tyto.ingest.config.ConfigDiff;
import io.tyto.ingest.config.SavedViews;
import io.tyto.ingest.config.Schemas;
import io.tyto.ingest.config.StoredRows;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.ConfigChange;
import io.tyto.model.port.AdminService.Verdict;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.View;
import io.tyto.model.schema.View.Strategy;
import io.tyto.store.catalog.CatalogState.SavedView;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a new config means for what views have counted: their definitions may stand as they were,
/// and be of other columns. Used by one thread at a time.
final class ViewChanges {
  private final TableSchema before;
  private final TableSchema after;
  private final StoredRows stored;
  private final List<ConfigChange> changes = new ArrayList<>();

  private ViewChanges(TableSchema before, TableSchema after, StoredRows stored) {
    this.before = before;
    this.after = after;
    this.stored = stored;
  }

  /// Those that cannot be taken back. Views that leave their config are not among them.
  ///
  /// @param diff compatible
  /// @param created views that no config declares, of any collection
  static List<ConfigChange> of(
      TableSchema current,
      EventConfig wanted,
      ConfigDiff diff,
      Collection<SavedView> created,
      StoredRows stored) {
    ViewChanges found = new ViewChanges(current, next(current, wanted, diff), stored);
    for (View view : current.config().views()) {
      wanted.views().stream()
          .filter(each -> each.name().equals(view.name()))
          .forEach(each -> found.compare(view, each));
    }
    for (SavedView view : created) {
      if (view.collectionId() == current.collectionId()) {
        found.compare(view);
      }
    }
    return found.changes;
  }

  /// With columns of the numbers they have, and others for those that are new.
  private static TableSchema next(TableSchema current, EventConfig wanted, ConfigDiff diff) {
    Map<String, Integer> ids = new HashMap<>(diff.keptIds());
    int last =
        Stream.of(current.columns(), current.dormant())
            .flatMap(List::stream)
            .mapToInt(ColumnSpec::id)
            .max()
            .orElse(SystemColumns.FIRST_USER_ID);
    for (String added : diff.added(wanted)) {
      ids.put(added, ++last);
    }
    return Schemas.toTableSchema(
        wanted,
        current.projectId(),
        current.groupId(),
        current.collectionId(),
        current.version() + 1,
        ids,
        List.of());
  }

  private void compare(SavedView view) {
    View was = bind(view, before.config());
    if (was == null) {
      return;
    }
    View is = bind(view, after.config());
    if (is != null) {
      compare(was, is);
      return;
    }
    add(
        view.name(),
        "does not fit any more",
        "it is FAILED until it is dropped, or its fields are there again; it keeps what it has counted, unless a field became private");
  }

  private static @Nullable View bind(SavedView view, EventConfig config) {
    try {
      return SavedViews.parse(view.name(), view.definition(), config);
    } catch (TytoException e) {
      return null;
    }
  }

  private void compare(View was, View is) {
    if (was.strategy() == Strategy.CACHE) {
      return; // it knows of stored rows only
    }
    if (!BoundView.of(before, was).id().equals(BoundView.of(after, is).id())) {
      add(
          was.name(),
          "begins anew",
          "it is made of the %,d stored rows in the background; what it counted of events that retention took is lost"
              .formatted(stored.rows()));
    } else if (is.strategy() == Strategy.CACHE) {
      add(
          was.name(),
          "counts stored rows only",
          "what it counted of events that retention took is lost at its next refresh");
    }
  }

  private void add(String view, String what, String consequence) {
    changes.add(
        new ConfigChange(Verdict.COMPATIBLE, "views.%s %s".formatted(view, what), consequence));
  }
}
