package io.tyto.store.maintenance;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.Catalog;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.document.SealedJson;
import io.tyto.store.key.KeyLog;
import io.tyto.store.table.StoredTable;
import io.tyto.store.table.TableLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Re-reads every catalog version, dimension table, list of keys, manifest, page and live segment,
/// and checks invariants I1 to I7 of docs/commit-protocol.md.
///
/// Needs no lock and changes nothing; what is committed while it runs is not looked at. A fault
/// never ends it: it goes on with the next object. Thread-safe.
public final class StoreVerifier {
  private static final int MAX_ATTEMPTS = 3;
  private static final Pattern CATALOG_KEY = Pattern.compile("(\\d{1,9})/catalog/\\d{20}");
  private static final Pattern TABLES_KEY = Pattern.compile("(\\d{1,9})/tables/m/\\d{20}");
  private static final Pattern KEYS_KEY = Pattern.compile("(\\d{1,9})/keys/\\d{20}");
  private static final Pattern PARTITION_KEY =
      Pattern.compile("(\\d{1,9}/\\d{1,9}/g\\d{1,9}/p\\d{1,9})/(m|s|pages)/.*");

  private final Store store;
  private final SegmentCheck check;

  /// @param check looks inside segments
  public StoreVerifier(Store store, SegmentCheck check) {
    this.store = store;
    this.check = check;
  }

  /// What was looked at and what is wrong.
  public record Report(
      int catalogVersions,
      int partitions,
      int manifests,
      int pages,
      int segments,
      long rows,
      long bytes,
      List<Fault> faults) {
    public boolean isClean() {
      return faults.isEmpty();
    }
  }

  /// @param progress told the key of what is read next
  public Report verify(Consumer<String> progress) {
    Tally tally = new Tally(progress);
    List<String> keys = store.list("");
    Map<Integer, List<String>> catalogKeys = new TreeMap<>();
    Set<String> partitions = new TreeSet<>();
    Map<Integer, List<String>> tableKeys = new TreeMap<>();
    Map<Integer, List<String>> keyKeys = new TreeMap<>();
    for (String key : keys) {
      Matcher catalog = CATALOG_KEY.matcher(key);
      Matcher partition = PARTITION_KEY.matcher(key);
      if (catalog.matches()) {
        int project = Integer.parseInt(catalog.group(1));
        catalogKeys.computeIfAbsent(project, _ -> new ArrayList<>()).add(key);
      } else if (partition.matches()) {
        partitions.add(partition.group(1));
      }
      collect(TABLES_KEY.matcher(key), tableKeys);
      collect(KEYS_KEY.matcher(key), keyKeys);
    }
    Map<Integer, CatalogState> catalogs = new TreeMap<>();
    catalogKeys.forEach((project, versions) -> {
      versions.forEach(key -> verifyDocument(key, tally));
      tally.catalogVersions += versions.size();
      openCatalog(project, catalogs, tally);
    });
    tableKeys.forEach((project, documents) -> {
      documents.forEach(key -> verifyDocument(key, tally));
      verifyTables(project, tally);
    });
    keyKeys.forEach((project, documents) -> {
      documents.forEach(key -> verifyDocument(key, tally));
      verifyKeys(project, tally);
    });
    for (String prefix : partitions) {
      checkIsKnown(prefix, catalogKeys.keySet(), catalogs, tally);
      verifyPartition(prefix, tally);
    }
    return tally.report();
  }

  /// Keeps the key that was matched, under its project.
  private static void collect(Matcher key, Map<Integer, List<String>> byProject) {
    if (key.matches()) {
      byProject
          .computeIfAbsent(Integer.parseInt(key.group(1)), _ -> new ArrayList<>())
          .add(key.group());
    }
  }

  private void verifyPartition(String prefix, Tally tally) {
    for (int attempt = 1; ; attempt++) {
      Tally found = new Tally(tally.progress);
      boolean hasMoved = new PartitionVerifier(store, prefix, check, found).verify();
      // What was superseded meanwhile may have been collected rightly: look at what stands now.
      if (found.faults.isEmpty() || !hasMoved || attempt == MAX_ATTEMPTS) {
        tally.add(found);
        return;
      }
    }
  }

  private void verifyDocument(String key, Tally tally) {
    tally.progress.accept(key);
    try {
      // Empty where it was collected since it was listed.
      store.get(key).ifPresent(document -> SealedJson.open(key, document));
    } catch (TytoException e) {
      tally.add(key, e);
    }
  }

  /// Every version of a dimension table that the newest document names exists and has its hash.
  private void verifyTables(int project, Tally tally) {
    try {
      for (StoredTable table : TableLog.open(store, project, "verify").tables().values()) {
        for (StoredTable.Version version : table.versions()) {
          String key = StoreKeys.tableFile(project, table.id(), version.number(), version.sha256());
          tally.progress.accept(key);
          String actual = store.exists(key) ? store.sha256(key) : "no such file";
          tally.bytes += version.bytes();
          if (!actual.equals(version.sha256())) {
            tally.add(new Fault(key, -1, "I6", "sha256 " + version.sha256(), actual));
          }
        }
      }
    } catch (TytoException e) {
      tally.add(StoreKeys.tables(project), e);
    }
  }

  /// The newest list can be read.
  private void verifyKeys(int project, Tally tally) {
    try {
      KeyLog.open(store, project, "verify");
    } catch (TytoException e) {
      tally.add(StoreKeys.keys(project), e);
    }
  }

  /// Opening checks the links between versions, back to the newest whole state.
  private void openCatalog(int project, Map<Integer, CatalogState> catalogs, Tally tally) {
    try {
      catalogs.put(project, Catalog.open(store, project, "verify").state());
    } catch (TytoException e) {
      tally.add(StoreKeys.catalog(project), e);
    }
  }

  /// Every partition belongs to a group of its project's catalog.
  private static void checkIsKnown(
      String prefix, Set<Integer> projects, Map<Integer, CatalogState> catalogs, Tally tally) {
    int project = Integer.parseInt(prefix.substring(0, prefix.indexOf('/')));
    CatalogState catalog = catalogs.get(project);
    if (catalog == null && projects.contains(project)) {
      // Its catalog is damaged, which is a fault of its own.
      return;
    }
    boolean isKnown =
        catalog != null
            && catalog.groups().values().stream()
                .anyMatch(group -> prefix.startsWith("%d/%d/".formatted(project, group.id())));
    if (!isKnown) {
      tally.add(
          new Fault(prefix, -1, "I1", "a group that catalog %d knows".formatted(project), "none"));
    }
  }

  /// Counts what was read and collects faults. Used by one verification, on one thread.
  static final class Tally {
    final Consumer<String> progress;
    int catalogVersions;
    int partitions;
    int manifests;
    int pages;
    int segments;
    long rows;
    long bytes;
    private final List<Fault> faults = new ArrayList<>();

    Tally(Consumer<String> progress) {
      this.progress = progress;
    }

    void add(Tally found) {
      partitions++;
      manifests += found.manifests;
      pages += found.pages;
      segments += found.segments;
      rows += found.rows;
      bytes += found.bytes;
      faults.addAll(found.faults);
    }

    void add(Fault fault) {
      faults.add(fault);
    }

    void add(String key, TytoException failure) {
      String invariant = failure.code() == ErrorCode.MANIFEST_CORRUPT ? "I1" : "read";
      faults.add(
          new Fault(
              key,
              -1,
              invariant,
              "readable content",
              failure.code() + ": " + failure.getMessage()));
    }

    Report report() {
      return new Report(
          catalogVersions,
          partitions,
          manifests,
          pages,
          segments,
          rows,
          bytes,
          List.copyOf(faults));
    }
  }
}
