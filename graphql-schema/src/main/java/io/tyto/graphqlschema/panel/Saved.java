package io.tyto.graphqlschema.panel;

import io.tyto.model.access.Caller;
import io.tyto.model.port.SavedService.SavedItem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is saved, as far as it is there for a caller. Thread-safe.
public interface Saved {
  /// By id.
  List<SavedItem> queries(Caller caller);

  /// By id, each with those of its panels whose queries are there for the caller.
  List<Board> dashboards(Caller caller);

  record Board(SavedItem item, List<Shown> panels) {
    public Board {
      panels = List.copyOf(panels);
    }
  }

  /// A panel of a dashboard.
  ///
  /// @param chart plain values of whoever saved it
  record Shown(String id, String title, SavedItem query, @Nullable Object chart) {}
}
