package io.tyto.store.catalog;

import io.tyto.store.Store;
import java.util.function.Consumer;

/// The catalog log of one project.
///
/// A version is one change, applied whole or not at all; every 256th also carries the whole state,
/// so opening reads at most 256 objects. Thread-safe.
public final class Catalog {

  /// Reads the newest state. MANIFEST_CORRUPT where a version is damaged.
  ///
  /// @param project numeric id, {@link io.tyto.store.StoreKeys#DEFAULT_PROJECT} if nobody says
  ///   otherwise
  /// @param writerId UUID of the process start
  public static Catalog open(Store store, int project, String writerId) {
    throw new UnsupportedOperationException("lands next");
  }

  private Catalog() {}

  /// As last read or written by this object; never blocks.
  public CatalogState state() {
    throw new UnsupportedOperationException("lands next");
  }

  /// Reads versions that others wrote since.
  public CatalogState refresh() {
    throw new UnsupportedOperationException("lands next");
  }

  /// Records a change. Where a rival was faster, the edit runs again on the rival's state, so it
  /// must depend on the draft alone. An edit that adds nothing writes nothing. What the edit throws
  /// is thrown and nothing is recorded.
  public CatalogState change(Consumer<CatalogDraft> edit) {
    throw new UnsupportedOperationException("lands next");
  }
}
