package io.tyto.ingest.backup;

import static java.lang.System.Logger.Level.INFO;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.log.LocalLog;
import io.tyto.ingest.log.LogInspection;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.ingest.partition.PartitionInspection;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.DataLock;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.backup.BackupFolder;
import io.tyto.store.backup.BackupFolder.Kept;
import io.tyto.store.backup.BackupIndex;
import io.tyto.store.backup.BackupIndex.Item;
import io.tyto.store.backup.Cut;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Copies what a data folder has committed into a folder of backups, while a server may go on with
/// it. Takes no lock of the data folder and changes nothing there. Used once, by one thread.
public final class Backup {
  private static final System.Logger LOG = System.getLogger(Backup.class.getName());

  /// What is superseded while it is copied may be collected: then the newest is copied instead.
  private static final int ATTEMPTS = 10;

  /// What a file that was collected meanwhile looks like.
  private static final Set<ErrorCode> GONE =
      EnumSet.of(
          ErrorCode.NOT_FOUND,
          ErrorCode.STORE_FAILED,
          ErrorCode.MANIFEST_CORRUPT,
          ErrorCode.SEGMENT_CORRUPT);

  private static final Set<String> NAMES = Set.of("LOCK", "index", "objects", "tmp");

  private final DataFolder data;
  private final Store store;
  private final BackupFolder target;
  private final Disk disk;
  private final long createdMillis;
  private int copied;
  private long copiedBytes;

  /// @param copied files that were not in the folder yet
  public record Result(BackupIndex index, int copied, long copiedBytes) {}

  private Backup(DataFolder data, Store store, Path to, Disk disk, Clock clock) {
    this.data = data;
    this.store = store;
    this.target = new BackupFolder(to, disk);
    this.disk = disk;
    this.createdMillis = clock.millis();
  }

  /// Interrupted at any point it leaves the backups of before and what it copied, and called again
  /// copies the rest.
  ///
  /// NOT_FOUND where there is no data; BAD_USER_INPUT where the target is something else than a
  /// folder of backups; STORE_LOCKED where another backup goes into it; OVERLOADED where data
  /// changed faster than it could be copied; MANIFEST_CORRUPT, SEGMENT_CORRUPT: the data are
  /// damaged; DISK_FULL; STORE_FAILED.
  public static Result make(DataFolder data, Path to, Disk disk, Clock clock) {
    try (Store store = data.openBeside(disk)) {
      return make(data, store, to, disk, clock);
    }
  }

  /// The same of a folder with objects below it.
  public static Result make(Path data, Path to, Disk disk, Clock clock) {
    return make(new DataFolder(data), to, disk, clock);
  }

  private static Result make(DataFolder data, Store store, Path to, Disk disk, Clock clock) {
    requireApart(data.root(), to);
    requireBackups(to, disk);
    try (DataLock _ = DataLock.acquire(to)) {
      Backup backup = new Backup(data, store, to, disk, clock);
      backup.target.clearScratch();
      return backup.make();
    }
  }

  private static void requireApart(Path data, Path to) {
    Path from = data.toAbsolutePath().normalize();
    Path target = to.toAbsolutePath().normalize();
    if (target.startsWith(from) || from.startsWith(target)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s and %s lie in one another; name a folder for backups elsewhere, best on another disk"
              .formatted(to, data));
    }
  }

  private static void requireBackups(Path to, Disk disk) {
    Set<String> foreign = new TreeSet<>();
    try {
      disk.list(to).forEach(entry -> foreign.add(String.valueOf(entry.getFileName())));
    } catch (IOException e) {
      throw DiskErrors.failed("list " + to, e);
    }
    foreign.removeAll(NAMES);
    if (!foreign.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s is no folder of backups: it holds %s. Name one that is empty or does not exist yet"
              .formatted(to, foreign.iterator().next()));
    }
  }

  private Result make() {
    for (int attempt = 1; ; attempt++) {
      Cut cut = Cut.take(store, StoreKeys.DEFAULT_PROJECT);
      try {
        List<Item> items = copy(cut);
        List<BackupIndex.Part> parts = cut.parts().stream().map(this::part).toList();
        boolean hasSecret = Files.exists(data.key(StoreKeys.DEFAULT_PROJECT));
        BackupIndex index =
            target.commit(
                number -> new BackupIndex(number, createdMillis, hasSecret, parts, items));
        return new Result(index, copied, copiedBytes);
      } catch (TytoException e) {
        if (!GONE.contains(e.code()) || !cut.hasMoved()) {
          throw e;
        }
        if (attempt == ATTEMPTS) {
          throw new TytoException(
              ErrorCode.OVERLOADED,
              "%d times files were replaced and collected before they could be copied (last: %s). What was copied stays: run the backup again"
                  .formatted(ATTEMPTS, e.getMessage()),
              e);
        }
        LOG.log(INFO, "a newer state is copied instead: {0}", e.getMessage());
      }
    }
  }

  private List<Item> copy(Cut cut) {
    List<Item> items = new ArrayList<>();
    for (Cut.Content content : cut.contents()) {
      add(items, target.keep(store, content, Restore.STORE + "/" + content.key()));
    }
    try {
      for (Path document : disk.list(data.documents())) {
        String name = String.valueOf(document.getFileName());
        Kept kept =
            name.endsWith(".graphql")
                ? target.keep(document, Restore.DOCUMENTS + "/" + name)
                : null;
        if (kept != null) {
          add(items, kept);
        }
      }
    } catch (IOException e) {
      throw DiskErrors.failed("list " + data.documents(), e);
    }
    return items;
  }

  private void add(List<Item> items, Kept kept) {
    items.add(kept.item());
    if (kept.isNew()) {
      copied++;
      copiedBytes += kept.item().bytes();
    }
  }

  /// How far a partition is in the backup, and what of its log is not.
  private BackupIndex.Part part(Cut.Part part) {
    PartitionId id =
        new PartitionId(
            StoreKeys.DEFAULT_PROJECT, part.group(), part.generation(), part.partition());
    String logId = "";
    long next = 0;
    // The log that moved last stands last.
    for (Map.Entry<String, Long> log : part.chain().contents(part.manifest()).next().entrySet()) {
      if (LocalLog.isLogId(log.getKey())) {
        logId = log.getKey();
        next = log.getValue();
      }
    }
    LogInspection log = PartitionInspection.log(id, disk, data.logs());
    String current = log.logId().map(Object::toString).orElse(logId);
    if (!current.equals(logId)) {
      next = part.chain().next(part.manifest(), current);
    }
    return new BackupIndex.Part(
        part.group(),
        part.generation(),
        part.partition(),
        part.manifest().version(),
        part.chain().storedMillis(part.manifest().version()),
        part.manifest().counts().rows(),
        current.isEmpty() ? null : current,
        next,
        Math.max(0, log.next() - next));
  }
}
