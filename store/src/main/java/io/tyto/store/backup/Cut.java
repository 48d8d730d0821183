package io.tyto.store.backup;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.key.KeyLog;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.PageEntry;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.store.table.StoredTable;
import io.tyto.store.table.TableLog;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a project's store stands for at one moment: the newest manifest of each partition, the
/// catalog they rest on, dimension tables and keys.
///
/// Nothing is locked. All newest versions are read again and again until none of them has moved
/// between two looks; then there was a moment at which all of them were the newest. That matters
/// where one partition's commit rests on another's, as in a replay of dead letters. Used by one
/// thread; changes nothing.
public final class Cut {
  private static final int LOOKS = 1_000;
  private static final String READER = "backup";

  private final Store store;
  private final int project;
  private final Catalog catalog;
  private final TableLog tables;
  private final KeyLog keys;
  private final SortedMap<String, Part> parts = new TreeMap<>();

  /// The newest manifest of a partition.
  public record Part(
      int group, int generation, int partition, ManifestChain chain, Manifest manifest) {}

  /// An object of the store.
  ///
  /// @param sha256 that it is known to have, or null for a small document that carries its own
  /// @param bytes 0 for such a document, and for a page
  public record Content(String key, @Nullable String sha256, long bytes) {}

  private Cut(Store store, int project) {
    this.store = store;
    this.project = project;
    this.catalog = Catalog.open(store, project, READER);
    this.tables = TableLog.open(store, project, READER);
    this.keys = KeyLog.open(store, project, READER);
  }

  /// MANIFEST_CORRUPT; OVERLOADED where commits come faster than they can be looked at.
  public static Cut take(Store store, int project) {
    Cut cut = new Cut(store, project);
    cut.hasMoved();
    for (int look = 0; look < LOOKS; look++) {
      if (!cut.hasMoved()) {
        return cut;
      }
    }
    throw new TytoException(
        ErrorCode.OVERLOADED,
        "in each of %,d looks at all partitions one had committed something new; run the backup again when less is written"
            .formatted(LOOKS));
  }

  /// Looks again; afterwards this stands for what was found.
  ///
  /// @return whether something newer was there
  public boolean hasMoved() {
    long catalogVersion = catalog.state().version();
    long tablesVersion = tables.version();
    long keysVersion = keys.version();
    CatalogState state = catalog.refresh();
    tables.refresh();
    keys.refresh();
    boolean hasMoved =
        state.version() != catalogVersion
            || tables.version() != tablesVersion
            || keys.version() != keysVersion;
    for (CatalogState.Group group : state.groups().values()) {
      for (int partition = 0; partition < group.partitions(); partition++) {
        hasMoved |= hasMoved(group, partition);
      }
    }
    return hasMoved;
  }

  private boolean hasMoved(CatalogState.Group group, int partition) {
    String prefix = StoreKeys.partition(project, group.id(), group.generation(), partition);
    Part known = parts.get(prefix);
    ManifestChain chain = known == null ? new ManifestChain(store, prefix, READER) : known.chain();
    // Of a chain that was restored the first numbers are not there, so it is listed once.
    Optional<Manifest> newer =
        known == null ? chain.latest() : chain.newerThan(known.manifest().version());
    newer.ifPresent(manifest ->
        parts.put(prefix, new Part(group.id(), group.generation(), partition, chain, manifest)));
    return newer.isPresent();
  }

  public Collection<Part> parts() {
    return Collections.unmodifiableCollection(parts.values());
  }

  /// Everything that is needed to open the store as it stood, each object once. MANIFEST_CORRUPT.
  public List<Content> contents() {
    List<Content> contents = new ArrayList<>();
    long newest = catalog.state().version();
    long first = Math.max(1, newest / Catalog.WHOLE_STATE_EVERY * Catalog.WHOLE_STATE_EVERY);
    for (long version = first; version <= newest; version++) {
      contents.add(document(StoreKeys.catalog(project), version));
    }
    addTables(contents);
    if (keys.version() > 0) {
      contents.add(document(StoreKeys.keys(project), keys.version()));
    }
    for (Part part : parts.values()) {
      String prefix = part.chain().prefix();
      contents.add(document(StoreKeys.manifests(prefix), part.manifest().version()));
      for (PageEntry page : part.manifest().pages()) {
        contents.add(new Content(page.key(), null, 0));
      }
      for (SegmentEntry segment : part.chain().segments(part.manifest())) {
        contents.add(
            new Content(
                part.chain().segmentKey(segment.file()), segment.sha256(), segment.bytes()));
      }
    }
    return contents;
  }

  private void addTables(List<Content> contents) {
    if (tables.version() == 0) {
      return;
    }
    contents.add(document(StoreKeys.tables(project), tables.version()));
    for (StoredTable table : tables.tables().values()) {
      for (StoredTable.Version version : table.versions()) {
        contents.add(
            new Content(
                StoreKeys.tableFile(project, table.id(), version.number(), version.sha256()),
                version.sha256(),
                version.bytes()));
      }
    }
  }

  private static Content document(String folder, long version) {
    return new Content(StoreKeys.numbered(folder, version), null, 0);
  }
}
