package io.tyto.store;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The store in a folder of a local disk or a shared POSIX file system.
///
/// An object is written as a file in `tmp/`, forced, hard-linked under its key and its folder
/// forced: a link never replaces an existing name, so it is the conditional put, and no reader ever
/// sees half an object. A rename would silently replace a rival's object.
///
/// Several processes may share the folder: each then has a scratch folder of its own name in
/// `tmp/`. Thread-safe. Nothing is created before the first write, so a read-only user leaves no
/// trace.
public final class FsStore implements Store {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path root;
  private final Disk disk;
  private final Path scratch;

  /// Folders whose own names are known to be durable.
  private final Set<Path> durableFolders = ConcurrentHashMap.newKeySet();

  /// Set once a folder could not be forced: whether its newest names are durable can never be known
  /// again by this process, because the kernel reports such a failure only once.
  private volatile @Nullable String distrust;

  public FsStore(Path root, Disk disk) {
    this(root, disk, null);
  }

  /// @param process name of this one among those that share the folder; null: it is alone
  public FsStore(Path root, Disk disk, @Nullable String process) {
    this.root = root.toAbsolutePath().normalize();
    this.disk = disk;
    Path all = this.root.resolve(StoreKeys.SCRATCH);
    this.scratch = process == null ? all : all.resolve(process);
  }

  @Override
  public Put putIfAbsent(String key, byte[] content) {
    Path target = path(key);
    requireTrust(key);
    Path temporary = write(key, content);
    try {
      return publish(key, temporary, target) ? Put.CREATED : Put.EXISTS;
    } finally {
      discard(temporary);
    }
  }

  /// A forced file in the scratch folder.
  private Path write(String key, byte[] content) {
    Path temporary = scratchFolder().resolve(UUID.randomUUID().toString());
    try {
      try (Disk.File file = disk.create(temporary)) {
        file.append(ByteBuffer.wrap(content));
        file.force();
      }
    } catch (IOException e) {
      throw discarding(temporary, DiskErrors.before("write " + key, e));
    }
    return temporary;
  }

  @Override
  public void renew(String key, byte[] content) {
    Path target = path(key);
    requireTrust(key);
    replace(key, write(key, content), target);
  }

  /// Puts a forced file in the place of one with the same content, under a name that is new.
  private void replace(String key, Path file, Path target) {
    try {
      disk.replace(file, target);
    } catch (IOException e) {
      throw discarding(file, DiskErrors.before("renew " + key, e));
    }
    forceFolder(parent(target));
  }

  @Override
  public void putFile(String key, Path file) {
    Path target = path(key);
    requireTrust(key);
    try (Disk.File handle = disk.openForAppend(file)) {
      handle.force();
    } catch (IOException e) {
      throw DiskErrors.before("force " + file + " on its way to " + key, e);
    }
    if (publish(key, file, target)) {
      discard(file);
    } else if (sameContent(file, target)) {
      replace(key, file, target);
    } else {
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "Key %s exists with other content than %s, although a key of this kind is unique to its content. The stored object is damaged: run `tyto verify`."
              .formatted(key, file));
    }
  }

  /// Links a forced file under its key and makes the name durable; false where the key existed.
  private boolean publish(String key, Path file, Path target) {
    Path folder = parent(target);
    ensureFolder(folder);
    boolean created;
    try {
      created = disk.link(file, target);
    } catch (IOException e) {
      throw DiskErrors.before("link " + key, e);
    }
    // Also where the key existed: who is told EXISTS may build on the object, so it must be there
    // to stay.
    forceFolder(folder);
    return created;
  }

  @Override
  public Optional<byte[]> get(String key) {
    try (Disk.File file = disk.openForRead(path(key))) {
      ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
      int read = file.read(content, 0);
      return Optional.of(Arrays.copyOf(content.array(), read));
    } catch (NoSuchFileException | FileNotFoundException _) {
      return Optional.empty();
    } catch (IOException e) {
      throw DiskErrors.failed("read " + key, e);
    }
  }

  @Override
  public List<String> list(String prefix) {
    int slash = prefix.lastIndexOf('/');
    Path folder = slash < 0 ? root : path(prefix.substring(0, slash));
    List<String> keys = new ArrayList<>();
    try {
      collect(folder, prefix, keys);
    } catch (IOException e) {
      throw DiskErrors.failed("list " + prefix, e);
    }
    Collections.sort(keys);
    return keys;
  }

  private void collect(Path folder, String prefix, List<String> keys) throws IOException {
    for (Path entry : disk.list(folder)) {
      String key = root.relativize(entry).toString().replace('\\', '/');
      if (key.equals(StoreKeys.SCRATCH)) {
        continue;
      }
      if (disk.isFolder(entry)) {
        String below = key + "/";
        if (below.startsWith(prefix) || prefix.startsWith(below)) {
          collect(entry, prefix, keys);
        }
      } else if (key.startsWith(prefix)) {
        keys.add(key);
      }
    }
  }

  @Override
  public void delete(String key) {
    Path path = path(key);
    requireTrust(key);
    try {
      disk.delete(path);
    } catch (NoSuchFileException _) {
      return;
    } catch (IOException e) {
      throw DiskErrors.failed("delete " + key, e);
    }
    forceFolder(parent(path));
  }

  @Override
  public void settle(String folder) {
    Path path = path(folder);
    if (disk.isFolder(path)) {
      ensureFolder(path);
      forceFolder(path);
    }
  }

  @Override
  public boolean exists(String key) {
    return disk.exists(path(key));
  }

  @Override
  public long size(String key) {
    try (Disk.File file = disk.openForRead(path(key))) {
      return file.size();
    } catch (IOException e) {
      throw DiskErrors.failed("open " + key, e);
    }
  }

  @Override
  public String sha256(String key) {
    MessageDigest digest = sha256Digest();
    try (Disk.File file = disk.openForRead(path(key))) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
      for (long at = 0; file.read(chunk.clear(), at) > 0; at += chunk.limit()) {
        digest.update(chunk.flip());
      }
    } catch (IOException e) {
      throw DiskErrors.failed("read " + key, e);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public long modifiedMillis(String key) {
    try {
      return disk.modifiedMillis(path(key));
    } catch (IOException e) {
      throw DiskErrors.failed("read the time of " + key, e);
    }
  }

  @Override
  public long nowMillis() {
    // A shared file system stamps files with its server's clock, so ask it with a file of our own.
    Path probe = scratchFolder().resolve(UUID.randomUUID().toString());
    try {
      disk.create(probe).close();
      return disk.modifiedMillis(probe);
    } catch (IOException e) {
      throw DiskErrors.before("ask the clock of " + root, e);
    } finally {
      discard(probe);
    }
  }

  @Override
  public Path localFile(String key) {
    return path(key);
  }

  @Override
  public Path scratchFolder() {
    ensureFolder(scratch);
    return scratch;
  }

  /// Removes what a crash left in the scratch folder: in that of this process, or, where it is
  /// alone, in those of all. Only for the holder of the {@link DataLock}.
  @Override
  public void clearScratch() {
    try {
      clear(scratch);
    } catch (IOException e) {
      throw DiskErrors.failed("clear " + scratch, e);
    }
  }

  private void clear(Path folder) throws IOException {
    for (Path leftOver : disk.list(folder)) {
      if (disk.isFolder(leftOver)) {
        clear(leftOver);
      }
      disk.delete(leftOver);
    }
  }

  @Override
  public void probe() {
    String key = "probe/" + UUID.randomUUID();
    byte[] content = key.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    try {
      Put first = putIfAbsent(key, content);
      Put second = putIfAbsent(key, new byte[] {0});
      byte[] found = get(key).orElse(new byte[0]);
      delete(key);
      if (first != Put.CREATED || second != Put.EXISTS || !Arrays.equals(found, content)) {
        throw unsuitable(
            "it does not refuse a second put of the same key (first %s, second %s)"
                .formatted(first, second),
            null);
      }
    } catch (TytoException e) {
      if (e.code() != ErrorCode.STORE_FAILED) {
        throw e;
      }
      throw unsuitable(String.valueOf(e.getMessage()), e);
    }
  }

  private TytoException unsuitable(String reason, @Nullable Throwable cause) {
    return new TytoException(
        ErrorCode.STORE_UNSUITABLE,
        "The folder %s cannot hold a store: %s Use a local disk or a POSIX file system with hard links and working fsync."
            .formatted(root, reason),
        cause);
  }

  private void ensureFolder(Path folder) {
    if (durableFolders.contains(folder)) {
      return;
    }
    if (!folder.equals(root)) {
      ensureFolder(parent(folder));
    }
    boolean isNew = !disk.isFolder(folder);
    try {
      disk.createFolders(folder);
    } catch (IOException e) {
      throw DiskErrors.before("create folder " + folder, e);
    }
    try {
      forceFolder(parent(folder));
    } catch (TytoException e) {
      // Whoever starts after us makes it anew, and its name then is as good as any.
      throw isNew ? discarding(folder, e) : e;
    }
    durableFolders.add(folder);
  }

  private void forceFolder(Path folder) {
    try {
      disk.forceFolder(folder);
    } catch (IOException e) {
      distrust = folder + ": " + e.getMessage();
      throw DiskErrors.failed("make names durable in " + folder, e);
    }
  }

  private void requireTrust(String key) {
    String reason = distrust;
    if (reason != null) {
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "Refused to change %s: an earlier fsync failed (%s), so what is durable is unknown. Check the disk and restart."
              .formatted(key, reason));
    }
  }

  private boolean sameContent(Path left, Path right) {
    try (Disk.File a = disk.openForRead(left);
        Disk.File b = disk.openForRead(right)) {
      if (a.size() != b.size()) {
        return false;
      }
      ByteBuffer mine = ByteBuffer.allocate(CHUNK_BYTES);
      ByteBuffer theirs = ByteBuffer.allocate(CHUNK_BYTES);
      for (long at = 0; at < a.size(); at += mine.limit()) {
        a.read(mine.clear(), at);
        b.read(theirs.clear(), at);
        if (!mine.flip().equals(theirs.flip())) {
          return false;
        }
      }
      return true;
    } catch (IOException e) {
      throw DiskErrors.failed("compare " + left + " with " + right, e);
    }
  }

  private TytoException discarding(Path temporary, TytoException failure) {
    discard(temporary);
    return failure;
  }

  /// A temporary file that stays behind is harmless: {@link #clearScratch} takes it at the next
  /// start.
  private void discard(Path temporary) {
    try {
      disk.delete(temporary);
    } catch (NoSuchFileException _) {
      return;
    } catch (IOException e) {
      System.getLogger(FsStore.class.getName())
          .log(System.Logger.Level.WARNING, "left behind {0}: {1}", temporary, e);
    }
  }

  private Path path(String key) {
    StoreKeys.require(key);
    return root.resolve(key);
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(path + " has no parent folder");
    }
    return parent;
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
