package io.tyto.ingest.backup;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.log.LocalLog;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.DataLock;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import io.tyto.store.FsStore;
import io.tyto.store.StoreKeys;
import io.tyto.store.backup.BackupFolder;
import io.tyto.store.backup.BackupIndex;
import io.tyto.store.backup.BackupIndex.Item;
import io.tyto.store.backup.HashedCopy;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.ManifestChain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;

/// Makes a data folder of a backup.
///
/// Every file is checked by its hash as it is copied. A file {@link DataFolder#RESTORING} stands in
/// the folder from before the first to after the last step, and no server opens a folder that has
/// it; a restore that was interrupted goes on when it is called again.
///
/// The log is not in a backup, and the one that goes on in its place is a new one with an id of its
/// own: the old one may have given offsets beyond the backup to other events, and whoever saw these
/// must never find another event under their log and offset. A commit of each partition says that
/// the new log begins here, which tells it from one that was lost. Used once, by one thread.
public final class Restore {
  /// What paths of items in a backup begin with.
  static final String STORE = "store";

  static final String DOCUMENTS = "documents";

  private static final Pattern PATH =
      Pattern.compile("(%s|%s)(/[A-Za-z0-9][A-Za-z0-9._-]*)+".formatted(STORE, DOCUMENTS));

  private final DataFolder data;
  private final BackupFolder backups;
  private final Disk disk;

  /// Folders with names that are not durable yet, those below before those above.
  private final Set<Path> touched =
      new TreeSet<>(
          Comparator.comparingInt(Path::getNameCount).reversed().thenComparing(Path::toString));

  private Restore(Path from, Path data, Disk disk) {
    this.data = new DataFolder(data.toAbsolutePath().normalize());
    this.backups = new BackupFolder(from, disk);
    this.disk = disk;
  }

  /// NOT_FOUND where there is no such backup; BAD_USER_INPUT where the folder is not empty;
  /// SEGMENT_CORRUPT, MANIFEST_CORRUPT where the backup is damaged, and then no server opens the
  /// folder; STORE_LOCKED, DISK_FULL, STORE_FAILED.
  ///
  /// @param number of the backup, or 0 for the newest
  public static BackupIndex run(Path from, Path data, long number, Disk disk) {
    Restore restore = new Restore(from, data, disk);
    BackupIndex index = restore.backups.read(number == 0 ? restore.newest(from) : number);
    String name = "backup %d of %d".formatted(index.number(), index.createdMillis());
    restore.requireEmpty(name);
    try (DataLock _ = DataLock.acquire(data)) {
      // Somebody may have been faster; and asking first makes no lock in a folder of other things.
      restore.requireEmpty(name);
      restore.run(index, name);
    }
    return index;
  }

  private long newest(Path from) {
    List<Long> numbers = backups.numbers();
    if (numbers.isEmpty()) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          "there is no backup in %s: name its folder with --from".formatted(from));
    }
    return numbers.getLast();
  }

  /// Also right is a folder into which the same backup was about to be restored.
  private void requireEmpty(String name) {
    Set<String> there = new TreeSet<>();
    try {
      disk.list(data.root()).forEach(entry -> there.add(String.valueOf(entry.getFileName())));
      there.remove("LOCK");
      if (there.remove(DataFolder.RESTORING)) {
        String begun = marker();
        // Killed before the name of the backup was written, nothing else was either.
        if (begun.equals(name) || there.isEmpty()) {
          return;
        }
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "%s holds an interrupted restore of another backup ('%s', not '%s'): delete what is in it, or restore that one"
                .formatted(data.root(), begun, name));
      }
    } catch (IOException e) {
      throw DiskErrors.failed("read " + data.root(), e);
    }
    if (!there.isEmpty()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "%s is not empty: it holds %s. A backup is restored into an empty folder only, or one that does not exist yet"
              .formatted(data.root(), there.iterator().next()));
    }
  }

  private String marker() throws IOException {
    try (Disk.File file = disk.openForRead(data.restoring())) {
      ByteBuffer text = ByteBuffer.allocate(Math.toIntExact(file.size()));
      int read = file.read(text, 0);
      return new String(Arrays.copyOf(text.array(), read), StandardCharsets.UTF_8);
    }
  }

  private void run(BackupIndex index, String name) {
    try {
      mark(name);
      for (Item item : index.items()) {
        copy(item);
      }
      for (Path folder : touched) {
        disk.forceFolder(folder);
      }
      for (BackupIndex.Part part : index.parts()) {
        beginLog(part);
      }
      disk.delete(data.restoring());
      disk.forceFolder(data.root());
    } catch (IOException e) {
      throw DiskErrors.before("restore into " + data.root(), e);
    }
  }

  /// The folder is of no use until the mark is gone.
  private void mark(String name) throws IOException {
    boolean isThere = disk.exists(data.restoring());
    if (!isThere || !marker().equals(name)) {
      if (isThere) {
        // Nothing else is there: it stayed without its text.
        disk.delete(data.restoring());
      }
      try (Disk.File file = disk.create(data.restoring())) {
        file.append(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)));
        file.force();
      }
    }
    disk.forceFolder(data.root());
    disk.forceFolder(Objects.requireNonNull(data.root().getParent()));
  }

  private void copy(Item item) throws IOException {
    if (!PATH.matcher(item.path()).matches()) {
      throw damaged("the index names the path " + item.path());
    }
    Path target = data.root().resolve(item.path());
    Path folder = Objects.requireNonNull(target.getParent());
    for (Path above = folder;
        !above.equals(data.root());
        above = Objects.requireNonNull(above.getParent())) {
      touched.add(above);
    }
    touched.add(data.root());
    disk.createFolders(folder);
    if (disk.exists(target)) {
      // Of an interrupted restore: how much of it is on the disk nobody knows.
      disk.delete(target);
    }
    Path source = backups.file(item);
    if (!disk.exists(source)) {
      throw damaged("%s, which keeps %s, is not there".formatted(source, item.path()));
    }
    HashedCopy copied = HashedCopy.make(disk, source, target);
    if (!copied.sha256().equals(item.sha256())) {
      throw damaged(
          "%s, which keeps %s, has the sha256 %s".formatted(source, item.path(), copied.sha256()));
    }
  }

  private TytoException damaged(String what) {
    return new TytoException(
        ErrorCode.SEGMENT_CORRUPT,
        "the backup is damaged: %s. `tyto backup verify` tells the whole extent; restore another backup with --number, or put the file there again. %s is not usable as it is"
            .formatted(what, data.root()));
  }

  /// Where the data came through a log of ours, another one goes on in its place.
  private void beginLog(BackupIndex.Part part) {
    PartitionId id =
        new PartitionId(
            StoreKeys.DEFAULT_PROJECT, part.group(), part.generation(), part.partition());
    FsStore store = new FsStore(data.store(), disk);
    ManifestChain chain = new ManifestChain(store, id.prefix(), UUID.randomUUID().toString());
    Optional<Manifest> newest = chain.latest();
    if (newest.isEmpty()
        || chain.contents(newest.get()).next().keySet().stream().noneMatch(LocalLog::isLogId)) {
      return;
    }
    String logId;
    try (LocalLog log =
        LocalLog.open(
            disk,
            data.root(),
            id.logFolder(data.logs()),
            IngestOptions.DEFAULT.log().fileBytes(),
            true)) {
      logId = log.logId();
    }
    if (!chain.expects(newest.get(), logId)) {
      chain.claim(newest.get().configVersion());
      chain.commit(Change.builder().dedupFrom(logId, 0).build());
    }
  }
}
