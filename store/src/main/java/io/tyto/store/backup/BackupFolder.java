package io.tyto.store.backup;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import io.tyto.store.DiskErrors;
import io.tyto.store.FsStore;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.backup.BackupIndex.Item;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.SealedJson;
import io.tyto.store.maintenance.Fault;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/// A folder of backups: `objects/<2 hex>/<sha256>` and `index/<20 digits>`.
///
/// A file is stored once under the hash of its content, whatever it was called, so a later backup
/// adds what is new and two data folders never disturb each other. Nothing is ever replaced or
/// deleted. Thread-safe; one process at a time may write, which {@link io.tyto.store.DataLock} of
/// the folder sees to.
public final class BackupFolder {
  private static final String INDEX = "index";
  private static final String OBJECTS = "objects";

  private final FsStore store;
  private final Disk disk;

  /// Creates nothing.
  public BackupFolder(Path root, Disk disk) {
    this.store = new FsStore(root, disk);
    this.disk = disk;
  }

  /// Removes what a backup left that was interrupted in the middle of a file. For who writes.
  public void clearScratch() {
    store.clearScratch();
  }

  /// Of all backups, ascending.
  public List<Long> numbers() {
    List<Long> numbers = new ArrayList<>();
    for (String key : store.list(INDEX + "/")) {
      String name = key.substring(INDEX.length() + 1);
      if (!name.matches("\\d{20}")) {
        throw JsonFields.corrupt(key, "a name of 20 digits", "'" + name + "'");
      }
      numbers.add(Long.parseLong(name));
    }
    return numbers;
  }

  /// NOT_FOUND; MANIFEST_CORRUPT where the index is damaged.
  public BackupIndex read(long number) {
    String key = StoreKeys.numbered(INDEX, number);
    byte[] document =
        store
            .get(key)
            .orElseThrow(() ->
                new TytoException(
                    ErrorCode.NOT_FOUND,
                    "there is no backup %d; `tyto backup verify` lists those there are"
                        .formatted(number)));
    return BackupIndex.decode(key, document);
  }

  /// The file with the content of an item.
  public Path file(Item item) {
    return store.localFile(key(item.sha256()));
  }

  /// What became of a file.
  ///
  /// @param isNew whether it had to be copied
  public record Kept(Item item, boolean isNew) {}

  /// Keeps an object of a store, unless its content is here already.
  ///
  /// NOT_FOUND where it went meanwhile; SEGMENT_CORRUPT, MANIFEST_CORRUPT where it is damaged.
  ///
  /// @param path of the item: the key below the folder of the store
  public Kept keep(Store source, Cut.Content content, String path) {
    String sha256 = content.sha256();
    if (sha256 != null) {
      return copy(path, source.localFile(content.key()), sha256, content.bytes());
    }
    byte[] document = source.get(content.key()).orElseThrow(() -> missing(content.key(), null));
    SealedJson.open(content.key(), document);
    return put(path, document);
  }

  /// Keeps a small file that is no object of a store; null where it went meanwhile.
  public @Nullable Kept keep(Path file, String path) {
    try (Disk.File opened = disk.openForRead(file)) {
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(opened.size()));
      int read = opened.read(content, 0);
      return put(path, Arrays.copyOf(content.array(), read));
    } catch (NoSuchFileException | FileNotFoundException _) {
      return null;
    } catch (IOException e) {
      throw DiskErrors.failed("read " + file, e);
    }
  }

  private Kept put(String path, byte[] content) {
    String sha256 = SealedJson.sha256OfBytes(content);
    boolean isNew = store.putIfAbsent(key(sha256), content) == Store.Put.CREATED;
    if (!isNew) {
      requireSize(path, sha256, content.length);
    }
    return new Kept(new Item(path, sha256, content.length), isNew);
  }

  private Kept copy(String path, Path source, String sha256, long bytes) {
    Item item = new Item(path, sha256, bytes);
    if (store.exists(key(sha256))) {
      requireSize(path, sha256, bytes);
      return new Kept(item, false);
    }
    Path unfinished = store.scratchFolder().resolve(UUID.randomUUID().toString());
    HashedCopy copied;
    try {
      copied = HashedCopy.make(disk, source, unfinished);
    } catch (NoSuchFileException | FileNotFoundException e) {
      throw missing(path, e);
    } catch (IOException e) {
      throw DiskErrors.before("copy " + source + " to " + unfinished, e);
    }
    if (!copied.sha256().equals(sha256)) {
      throw new TytoException(
          ErrorCode.SEGMENT_CORRUPT,
          "%s has the sha256 %s and not %s, as its manifest says: it is damaged, and no backup can be made of it. Run `tyto verify` for the whole extent, then restore the file from an older backup"
              .formatted(source, copied.sha256(), sha256));
    }
    store.putFile(key(sha256), unfinished);
    return new Kept(item, true);
  }

  private static TytoException missing(String path, @Nullable IOException cause) {
    return new TytoException(
        ErrorCode.NOT_FOUND,
        "%s is named by what is newest and is not there. Run `tyto verify` for the whole extent"
            .formatted(path),
        cause);
  }

  /// A file that a full disk or a careless hand cut short would be believed for ever.
  private void requireSize(String path, String sha256, long bytes) {
    long stored = store.size(key(sha256));
    if (stored != bytes) {
      throw new TytoException(
          ErrorCode.SEGMENT_CORRUPT,
          "%s in the backup folder, which keeps %s, has %,d bytes and not %,d. Delete it and run the backup again; `tyto backup verify` tells whether more is damaged"
              .formatted(key(sha256), path, stored, bytes));
    }
  }

  /// Writes the index of a backup of which all is here: from then on it exists.
  ///
  /// @param index by number
  public BackupIndex commit(LongFunction<BackupIndex> index) {
    List<Long> numbers = numbers();
    long number = numbers.isEmpty() ? 1 : numbers.getLast() + 1;
    BackupIndex made = index.apply(number);
    settle(made);
    String key = StoreKeys.numbered(INDEX, number);
    if (store.putIfAbsent(key, made.encode()) == Store.Put.EXISTS) {
      throw new TytoException(
          ErrorCode.STORE_LOCKED,
          "another process wrote backup %d into the folder meanwhile; run the command again"
              .formatted(number));
    }
    return made;
  }

  /// What an interrupted backup put may be seen and not be durable yet.
  private void settle(BackupIndex index) {
    Set<String> folders = new TreeSet<>();
    for (Item item : index.items()) {
      String key = key(item.sha256());
      folders.add(key.substring(0, key.lastIndexOf('/')));
    }
    folders.forEach(store::settle);
  }

  /// Reads every byte of all backups and tells what is missing or differs.
  ///
  /// @param found told each index that can be read
  public List<Fault> verify(Consumer<BackupIndex> found) {
    List<Fault> faults = new ArrayList<>();
    Map<String, Item> items = new TreeMap<>();
    for (long number : numbers()) {
      try {
        BackupIndex index = read(number);
        found.accept(index);
        index.items().forEach(item -> items.putIfAbsent(item.sha256(), item));
      } catch (TytoException e) {
        faults.add(
            new Fault(
                StoreKeys.numbered(INDEX, number),
                -1,
                "read",
                "a readable index",
                String.valueOf(e.getMessage())));
      }
    }
    for (Item item : items.values()) {
      String key = key(item.sha256());
      String actual = store.exists(key) ? store.sha256(key) : "no such file";
      if (!actual.equals(item.sha256())) {
        faults.add(new Fault(key, -1, item.path(), "sha256 " + item.sha256(), actual));
      }
    }
    return faults;
  }

  private static String key(String sha256) {
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw JsonFields.corrupt("the index of a backup", "64 hexadecimal digits", sha256);
    }
    return OBJECTS + "/" + sha256.substring(0, 2) + "/" + sha256;
  }
}
