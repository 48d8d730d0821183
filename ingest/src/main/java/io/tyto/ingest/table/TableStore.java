package io.tyto.ingest.table;

import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.lookup.LookupTable;
import io.tyto.engine.lookup.LookupTableWriter;
import io.tyto.ingest.partition.Alarms;
import io.tyto.ingest.table.TableVersions.Loaded;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.DimensionTable;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.maintenance.GarbageCollector;
import io.tyto.store.table.StoredTable;
import io.tyto.store.table.TableLog;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/// The versions of dimension tables on disk: files that never change, and the log that says which
/// there are. Thread-safe for different tables; of one table one thread adds at a time.
final class TableStore {
  private static final System.Logger LOG = System.getLogger(TableStore.class.getName());

  /// From the commit of a version until it answers for event times.
  static final Duration ACTIVATION = Duration.ofSeconds(5);

  private final Store store;
  private final int project;
  private final TableLog log;
  private final Clock clock;
  private final Alarms alarms;

  TableStore(Store store, int project, TableLog log, Clock clock, Alarms alarms) {
    this.store = store;
    this.project = project;
    this.log = log;
    this.clock = clock;
    this.alarms = alarms;
  }

  /// A finished file that is in no store yet.
  record Fresh(Path file, String sha256, long bytes, int rows) {
    /// Does nothing where the store has taken it.
    void discard() {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.log(WARNING, "cannot delete " + file + "; the next start does", e);
      }
    }
  }

  /// Writes loaded rows beside the store.
  Fresh write(LookupTableWriter rows) {
    Path file = store.scratchFolder().resolve(UUID.randomUUID().toString());
    try (OutputStream plain = Files.newOutputStream(file);
        DigestOutputStream out =
            new DigestOutputStream(plain, MessageDigest.getInstance("SHA-256"))) {
      rows.write(out);
      String sha256 = HexFormat.of().formatHex(out.getMessageDigest().digest());
      return new Fresh(file, sha256, Files.size(file), rows.rows());
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "cannot write %s: %s".formatted(file, e.getMessage()), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// Makes a version of what was loaded; false where that is what the newest version has.
  boolean add(DimensionTable table, Fresh fresh) {
    log.refresh();
    StoredTable stored = stored(table.name());
    List<StoredTable.Version> versions = stored.versions();
    if (!versions.isEmpty() && versions.getLast().sha256().equals(fresh.sha256())) {
      return false;
    }
    store.putFile(
        StoreKeys.tableFile(project, stored.id(), stored.nextVersion(), fresh.sha256()),
        fresh.file());
    commit(table, stored.nextVersion(), fresh);
    return true;
  }

  private void commit(DimensionTable table, long number, Fresh fresh) {
    long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    log.change(tables -> {
      StoredTable before = tables.get(table.name());
      if (before == null || before.nextVersion() != number) {
        return;
      }
      long after =
          before.versions().isEmpty()
              ? Long.MIN_VALUE
              : before.versions().getLast().fromMicros() + 1;
      long from = Math.max(after, now + ACTIVATION.toNanos() / 1_000);
      StoredTable.Version version =
          new StoredTable.Version(number, from, now, fresh.sha256(), fresh.bytes(), fresh.rows());
      tables.put(table.name(), before.with(version, table.limits().versions()));
    });
  }

  private StoredTable stored(String name) {
    StoredTable stored = log.tables().get(name);
    if (stored == null) {
      throw new IllegalStateException("the log has no table " + name);
    }
    return stored;
  }

  List<Loaded> open(String table, List<Loaded> before) {
    return open(stored(table), before);
  }

  /// The versions of a table, those that are open already as they are. A damaged one is left out,
  /// with an alarm.
  List<Loaded> open(StoredTable table, List<Loaded> before) {
    List<Loaded> loaded = new ArrayList<>();
    List<String> damaged = new ArrayList<>();
    for (StoredTable.Version version : table.versions()) {
      Loaded open =
          before.stream().filter(one -> one.number() == version.number()).findFirst().orElse(null);
      try {
        loaded.add(open == null ? open(table, version) : open);
      } catch (TytoException e) {
        requireAnswer(table, version, e);
        damaged.add(String.valueOf(e.getMessage()));
      }
    }
    String topic = "table." + table.name() + ".damage";
    if (damaged.isEmpty()) {
      alarms.clear(topic);
    } else {
      alarms.raise(
          topic,
          "dimension table %s: %s; events of its time take the version before it"
              .formatted(table.name(), String.join("; ", damaged)));
    }
    return loaded;
  }

  /// A store that does not answer says nothing of the version: without it, events would take values
  /// of an older one.
  private void requireAnswer(
      StoredTable table, StoredTable.Version version, TytoException failure) {
    String key = StoreKeys.tableFile(project, table.id(), version.number(), version.sha256());
    if (store.isRemote() && failure.code() == ErrorCode.STORE_FAILED && store.exists(key)) {
      throw failure;
    }
  }

  private Loaded open(StoredTable table, StoredTable.Version version) {
    String key = StoreKeys.tableFile(project, table.id(), version.number(), version.sha256());
    String actual = store.sha256(key);
    if (!actual.equals(version.sha256())) {
      throw new TytoException(
          ErrorCode.SEGMENT_CORRUPT,
          "%s is damaged: expected sha256 %s, found %s".formatted(key, version.sha256(), actual));
    }
    return new Loaded(
        version.number(), version.fromMicros(), LookupTable.open(store.localFile(key)));
  }

  /// Deletes the files of versions that are kept no more.
  void collectGarbage() {
    new GarbageCollector(store, GarbageCollector.Policy.DEFAULT).collectTables(project);
  }
}
