package io.tyto.store;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The lock of a data folder: one process at a time, or several that share it, each by a name of
/// its own; freed by the kernel when the process ends however it ends. The file `LOCK`, or
/// `nodes/<name>/LOCK` of those that share, says who holds it and where it listens.
///
/// It keeps two servers from wasting work on the same folder; what keeps the data right is the
/// conditional put of the manifests. Thread-safe. Lifetime: until {@link #close}.
public final class DataLock implements AutoCloseable {
  private static final String FILE = "LOCK";

  /// Folder with one folder for each process that shares the data folder.
  private static final String NODES = "nodes";

  private static final Holder NOBODY = new Holder(0, "", Path.of(""));

  /// POSIX frees a process's lock when it closes any descriptor of the file, so this process must
  /// never open a lock file that it holds.
  private static final Map<Path, DataLock> HELD = new ConcurrentHashMap<>();

  /// The files that this process holds together with others, by how many of its own.
  private static final Map<Path, Shared> SHARED = new HashMap<>();

  private final Path file;
  private final FileChannel channel;

  /// Of the whole folder, held beside ours; null: ours is that.
  private final @Nullable Path shared;

  private volatile Holder holder;

  private static final class Shared {
    private final FileChannel channel;
    private int holders;

    private Shared(FileChannel channel) {
      this.channel = channel;
    }
  }

  /// @param address where the holder answers HTTP, empty as long as it does not
  /// @param folder where what is the holder's own stands: the data folder, or one below it
  public record Holder(long pid, String address, Path folder) {}

  private DataLock(Path file, FileChannel channel, @Nullable Path shared) {
    this.file = file;
    this.channel = channel;
    this.shared = shared;
    this.holder = new Holder(ProcessHandle.current().pid(), "", folder());
  }

  /// Takes the lock; STORE_LOCKED where somebody holds it. Creates the folder if need be.
  public static DataLock acquire(Path dataFolder) {
    try {
      Files.createDirectories(dataFolder);
      Path file = dataFolder.toRealPath().resolve(FILE);
      synchronized (HELD) {
        if (SHARED.containsKey(file)) {
          throw locked(dataFolder, holderAmong(dataFolder).orElse(NOBODY));
        }
        return acquire(dataFolder, file, null);
      }
    } catch (IOException e) {
      throw DiskErrors.before("lock the data folder " + dataFolder, e);
    }
  }

  /// Takes the lock together with other processes that call this. STORE_LOCKED where somebody holds
  /// the folder alone, or has the name.
  ///
  /// @param name of this process among them: letters, digits, '.', '_' and '-'
  public static DataLock share(Path dataFolder, String name) {
    try {
      Path own = nodes(dataFolder).resolve(name);
      Files.createDirectories(own);
      Path all = dataFolder.toRealPath().resolve(FILE);
      synchronized (HELD) {
        join(dataFolder, all);
        try {
          return acquire(own, own.toRealPath().resolve(FILE), all);
        } catch (IOException | RuntimeException e) {
          leave(all);
          throw e;
        }
      }
    } catch (IOException e) {
      throw DiskErrors.before("share the data folder " + dataFolder, e);
    }
  }

  private static DataLock acquire(Path folder, Path file, @Nullable Path shared)
      throws IOException {
    DataLock ours = HELD.get(file);
    if (ours != null) {
      throw locked(folder, ours.holder);
    }
    FileChannel channel = open(file);
    if (tryLock(channel, false) == null) {
      Holder holder = holderAmong(folder).orElse(read(file, channel));
      channel.close();
      throw locked(folder, holder);
    }
    DataLock lock = new DataLock(file, channel, shared);
    HELD.put(file, lock);
    lock.publish("");
    return lock;
  }

  private static void join(Path dataFolder, Path file) throws IOException {
    DataLock alone = HELD.get(file);
    if (alone != null) {
      throw locked(dataFolder, alone.holder);
    }
    Shared standing = SHARED.get(file);
    if (standing == null) {
      FileChannel channel = open(file);
      if (tryLock(channel, true) == null) {
        Holder holder = read(file, channel);
        channel.close();
        throw locked(dataFolder, holder);
      }
      standing = new Shared(channel);
      SHARED.put(file, standing);
    }
    standing.holders++;
  }

  private static void leave(Path file) throws IOException {
    Shared standing = SHARED.get(file);
    if (standing != null && --standing.holders == 0) {
      SHARED.remove(file);
      standing.channel.close();
    }
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private static Path nodes(Path dataFolder) {
    return dataFolder.resolve(NODES);
  }

  /// Writes where the holder can be reached, such as `http://127.0.0.1:8080`.
  public void publish(String address) {
    Holder now = new Holder(ProcessHandle.current().pid(), address, folder());
    byte[] text =
        "pid=%d\naddress=%s\n".formatted(now.pid(), address).getBytes(StandardCharsets.UTF_8);
    try {
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(text), 0);
    } catch (IOException e) {
      throw DiskErrors.before("write " + file, e);
    }
    holder = now;
  }

  /// Who holds the folder, without taking the lock for longer than the question lasts. Of several
  /// that share it, the first by name.
  public static Optional<Holder> holder(Path dataFolder) {
    Optional<Holder> alone = holderOf(dataFolder.resolve(FILE));
    return alone.isPresent() ? alone : holderAmong(dataFolder);
  }

  /// The same, but of several that share the folder the one of a name, where it is there.
  ///
  /// @param name empty: any
  public static Optional<Holder> holder(Path dataFolder, String name) {
    Optional<Holder> named =
        name.isEmpty() ? Optional.empty() : holderOf(nodes(dataFolder).resolve(name).resolve(FILE));
    return named.isPresent() ? named : holder(dataFolder);
  }

  /// The first of those that share the folder and tell an address; any of them where none does.
  private static Optional<Holder> holderAmong(Path dataFolder) {
    Optional<Holder> found = Optional.empty();
    try (Stream<Path> folders =
        Files.isDirectory(nodes(dataFolder)) ? Files.list(nodes(dataFolder)) : Stream.empty()) {
      for (Path folder : folders.sorted().toList()) {
        Optional<Holder> one = holderOf(folder.resolve(FILE));
        if (one.isPresent() && !one.get().address().isEmpty()) {
          return one;
        }
        found = found.isPresent() ? found : one;
      }
      return found;
    } catch (IOException e) {
      throw DiskErrors.failed("ask who shares " + dataFolder, e);
    }
  }

  private static Optional<Holder> holderOf(Path named) {
    if (!Files.exists(named)) {
      return Optional.empty();
    }
    Path file = named;
    try {
      file = file.toRealPath();
      synchronized (HELD) {
        DataLock ours = HELD.get(file);
        if (ours != null) {
          return Optional.of(ours.holder);
        }
        if (SHARED.containsKey(file)) {
          return Optional.empty();
        }
        // A shared lock needs no right to write, and two that ask do not see each other.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            FileLock question = channel.tryLock(0, Long.MAX_VALUE, true)) {
          return question == null ? Optional.of(read(file, channel)) : Optional.empty();
        }
      }
    } catch (IOException e) {
      throw DiskErrors.failed("ask who holds " + file, e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel, boolean isShared)
      throws IOException {
    try {
      return channel.tryLock(0, Long.MAX_VALUE, isShared);
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  private Path folder() {
    return Objects.requireNonNull(file.getParent());
  }

  private static Holder read(Path file, FileChannel channel) throws IOException {
    Path folder = Objects.requireNonNull(file.getParent());
    ByteBuffer bytes = ByteBuffer.allocate(4096);
    channel.read(bytes, 0);
    long pid = 0;
    String address = "";
    for (String line :
        new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).split("\n")) {
      if (line.startsWith("pid=") && line.substring(4).matches("\\d{1,18}")) {
        pid = Long.parseLong(line.substring(4));
      } else if (line.startsWith("address=")) {
        address = line.substring(8);
      }
    }
    return new Holder(pid, address, folder);
  }

  private static TytoException locked(Path dataFolder, Holder holder) {
    String where = holder.address().isEmpty() ? "" : " at " + holder.address();
    return new TytoException(
        ErrorCode.STORE_LOCKED,
        "The data folder %s is in use by process %d%s. Stop that process, or send requests to it."
            .formatted(dataFolder, holder.pid(), where));
  }

  @Override
  public void close() {
    synchronized (HELD) {
      if (HELD.remove(file, this)) {
        try {
          channel.close();
          if (shared != null) {
            leave(shared);
          }
        } catch (IOException e) {
          throw DiskErrors.failed("release " + file, e);
        }
      }
    }
  }
}
