package io.tyto.store.maintenance;

import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.NumberedLog;
import io.tyto.store.key.KeyLog;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.ManifestChain;
import io.tyto.store.table.StoredTable;
import io.tyto.store.table.TableLog;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// Deletes what no manifest that a snapshot can name refers to.
///
/// Run by the owner of the partition only, never twice at a time. Order matters: everything is
/// listed and every manifest read before the first deletion, segments and pages go before
/// manifests, and manifests go oldest first, so a crash at any step leaves only more garbage.
public final class GarbageCollector {
  private static final System.Logger LOG = System.getLogger(GarbageCollector.class.getName());

  private final Store store;
  private final Policy policy;

  /// How long things stay.
  ///
  /// @param manifestsKept newest manifests that always stay, at least {@link
  ///   ManifestChain#milestone}
  /// @param manifestAge younger manifests and catalog versions stay too
  /// @param snapshotAge how long a superseded manifest can still be named by a cursor
  /// @param objectAge younger objects are never deleted: somebody may be about to commit them
  public record Policy(
      int manifestsKept, Duration manifestAge, Duration snapshotAge, Duration objectAge) {
    public static final Policy DEFAULT =
        new Policy(
            ManifestChain.MILESTONE,
            Duration.ofDays(7),
            Duration.ofMinutes(15),
            Duration.ofHours(24));

    public Policy withSnapshotAge(Duration value) {
      return new Policy(manifestsKept, manifestAge, value, objectAge);
    }
  }

  /// What was deleted; `bytes` of segments.
  public record Collected(int manifests, int pages, int segments, long bytes) {}

  public GarbageCollector(Store store, Policy policy) {
    this.store = store;
    this.policy = policy;
  }

  /// Collects one partition. A failed list or an unreadable manifest ends it before anything is
  /// deleted.
  ///
  /// @param isInUse file names of segments that a query reads or that are being built; asked right
  ///   before each deletion
  public Collected collect(ManifestChain chain, Predicate<String> isInUse) {
    if (policy.manifestsKept() < chain.milestone()) {
      throw new IllegalArgumentException(
          "at least %d manifests must be kept, not %d"
              .formatted(chain.milestone(), policy.manifestsKept()));
    }
    // Objects first, manifests second: an object put after the list is not looked at, and one that
    // was committed before the list of manifests is found in them.
    List<String> segments = store.list(StoreKeys.segments(chain.prefix()) + "/");
    List<String> pages = store.list(StoreKeys.pages(chain.prefix()) + "/");
    List<Long> versions = chain.versions();
    if (versions.isEmpty()) {
      return new Collected(0, 0, 0, 0);
    }
    long now = store.nowMillis();
    long latest = versions.getLast();
    References live = references(chain, versions, now);
    long bytes = 0;
    int deletedSegments = 0;
    for (String key : segments) {
      String file = key.substring(key.lastIndexOf('/') + 1);
      boolean isFuture = builtFor(key, file) > latest;
      if (!live.files().contains(file) && !isFuture && isOld(key, now) && !isInUse.test(file)) {
        bytes += store.size(key);
        deletedSegments++;
        store.delete(key);
      }
    }
    int deletedPages = 0;
    for (String key : pages) {
      if (!live.pages().contains(key) && isOld(key, now)) {
        deletedPages++;
        store.delete(key);
      }
    }
    NumberedLog log =
        new NumberedLog(store, StoreKeys.manifests(chain.prefix()), chain.milestone());
    int deletedManifests = collectNumbered(log, versions, policy.manifestsKept(), now);
    return new Collected(deletedManifests, deletedPages, deletedSegments, bytes);
  }

  /// Deletes segments that were committed and replaced since, whatever their age: what they hold
  /// must not stay.
  ///
  /// @param isInUse as for {@link #collect}
  /// @return how many were deleted
  public int collectReplaced(ManifestChain chain, Predicate<String> isInUse) {
    List<String> segments = store.list(StoreKeys.segments(chain.prefix()) + "/");
    List<Long> versions = chain.versions();
    References live = references(chain, versions, store.nowMillis());
    Set<String> replaced = replaced(chain, versions);
    int deleted = 0;
    for (String key : segments) {
      String file = key.substring(key.lastIndexOf('/') + 1);
      if (replaced.contains(file) && !live.files().contains(file) && !isInUse.test(file)) {
        store.delete(key);
        deleted++;
      }
    }
    return deleted;
  }

  /// Segments that some manifest names: nobody is about to commit them.
  private static Set<String> replaced(ManifestChain chain, List<Long> versions) {
    Set<String> files = new HashSet<>();
    for (int i = versions.size() - 1; i >= 0; i--) {
      try {
        chain
            .read(versions.get(i))
            .ifPresent(
                manifest -> chain.segments(manifest).forEach(segment -> files.add(segment.file())));
      } catch (TytoException e) {
        // Its pages may be collected already; then all that only it and older ones name is too.
        LOG.log(System.Logger.Level.DEBUG, "manifest {0} is read no more", versions.get(i));
        return files;
      }
    }
    return files;
  }

  private record References(Set<String> files, Set<String> pages) {}

  /// What the manifests from the floor on refer to. The floor is the newest manifest older than a
  /// snapshot lives: what came before it was superseded by it and can no longer be named; it itself
  /// was current until its successor came.
  private References references(ManifestChain chain, List<Long> versions, long now) {
    Set<String> files = new HashSet<>();
    Set<String> pages = new HashSet<>();
    for (int i = versions.size() - 1; i >= 0; i--) {
      long version = versions.get(i);
      Manifest manifest =
          chain
              .read(version)
              .orElseThrow(() ->
                  JsonFields.corrupt(
                      manifestKey(chain, version), "a listed manifest", "no such file"));
      chain.segments(manifest).forEach(segment -> files.add(segment.file()));
      manifest.pages().forEach(page -> pages.add(page.key()));
      if (age(manifestKey(chain, version), now) > policy.snapshotAge().toMillis()) {
        // Older than a snapshot lives, so what came before it cannot be named; it itself can,
        // having been current until its successor came.
        return new References(files, pages);
      }
    }
    return new References(files, pages);
  }

  /// Collects old versions of a project's catalog; the whole states stay.
  ///
  /// @return how many were deleted
  public int collectCatalog(int project) {
    NumberedLog log = new NumberedLog(store, StoreKeys.catalog(project), Catalog.WHOLE_STATE_EVERY);
    return collectNumbered(log, log.versions(), Catalog.WHOLE_STATE_EVERY, store.nowMillis());
  }

  /// Collects old documents of a project's dimension tables, and the versions that the newest does
  /// not name. Run by the owner of the project only.
  ///
  /// @return how many versions were deleted
  public int collectTables(int project) {
    List<String> files = store.list(StoreKeys.tableFiles(project) + "/");
    NumberedLog log = new NumberedLog(store, StoreKeys.tables(project), TableLog.MILESTONE);
    List<Long> documents = log.versions();
    if (documents.isEmpty()) {
      return 0;
    }
    Set<String> live = new HashSet<>();
    for (StoredTable table : TableLog.open(store, project, "collector").tables().values()) {
      for (StoredTable.Version version : table.versions()) {
        live.add(StoreKeys.tableFile(project, table.id(), version.number(), version.sha256()));
      }
    }
    long now = store.nowMillis();
    int deleted = 0;
    for (String key : files) {
      if (!live.contains(key) && isOld(key, now)) {
        store.delete(key);
        deleted++;
      }
    }
    collectNumbered(log, documents, TableLog.MILESTONE, now);
    return deleted;
  }

  /// Collects old documents of a project's API keys; any process may, whenever it likes.
  ///
  /// @return how many were deleted
  public int collectKeys(int project) {
    NumberedLog log = new NumberedLog(store, StoreKeys.keys(project), KeyLog.MILESTONE);
    List<Long> documents = log.versions();
    return documents.isEmpty()
        ? 0
        : collectNumbered(log, documents, KeyLog.MILESTONE, store.nowMillis());
  }

  /// Oldest first, so that what is left is milestones and one unbroken run.
  private int collectNumbered(NumberedLog log, List<Long> versions, int kept, long now) {
    int deleted = 0;
    for (long version : versions) {
      String key = log.key(version);
      if (version > versions.getLast() - kept || age(key, now) <= policy.manifestAge().toMillis()) {
        break;
      }
      if (version % log.milestone() != 0) {
        store.delete(key);
        deleted++;
      }
    }
    return deleted;
  }

  private static String manifestKey(ManifestChain chain, long version) {
    return StoreKeys.numbered(StoreKeys.manifests(chain.prefix()), version);
  }

  /// The manifest a segment was built for; a name that is not ours is left alone for ever.
  private static long builtFor(String key, String file) {
    int dash = file.indexOf('-');
    if (dash < 1 || !file.substring(0, dash).matches("\\d{1,18}")) {
      LOG.log(System.Logger.Level.WARNING, "not a segment of ours, left alone: {0}", key);
      return Long.MAX_VALUE;
    }
    return Long.parseLong(file.substring(0, dash));
  }

  private boolean isOld(String key, long now) {
    return age(key, now) > policy.objectAge().toMillis();
  }

  private long age(String key, long now) {
    return now - store.modifiedMillis(key);
  }
}
