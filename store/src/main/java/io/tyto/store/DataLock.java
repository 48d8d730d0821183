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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The lock of a data folder: one process at a time, freed by the kernel when the process ends
/// however it ends. The file `LOCK` says who holds it and where it listens.
///
/// It keeps two servers from wasting work on the same folder; what keeps the data right is the
/// conditional put of the manifests. Thread-safe. Lifetime: until {@link #close}.
public final class DataLock implements AutoCloseable {
  private static final String FILE = "LOCK";

  /// POSIX frees a process's lock when it closes any descriptor of the file, so this process must
  /// never open a lock file that it holds.
  private static final Map<Path, DataLock> HELD = new ConcurrentHashMap<>();

  private final Path file;
  private final FileChannel channel;
  private volatile Holder holder;

  /// @param address where the holder answers HTTP, empty as long as it does not
  public record Holder(long pid, String address) {}

  private DataLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
    this.holder = new Holder(ProcessHandle.current().pid(), "");
  }

  /// Takes the lock; STORE_LOCKED where somebody holds it. Creates the folder if need be.
  public static DataLock acquire(Path dataFolder) {
    try {
      Files.createDirectories(dataFolder);
      Path file = dataFolder.toRealPath().resolve(FILE);
      synchronized (HELD) {
        DataLock ours = HELD.get(file);
        if (ours != null) {
          throw locked(dataFolder, ours.holder);
        }
        FileChannel channel =
            FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (tryLock(channel) == null) {
          Holder holder = read(channel);
          channel.close();
          throw locked(dataFolder, holder);
        }
        DataLock lock = new DataLock(file, channel);
        HELD.put(file, lock);
        lock.publish("");
        return lock;
      }
    } catch (IOException e) {
      throw DiskErrors.before("lock the data folder " + dataFolder, e);
    }
  }

  /// Writes where the holder can be reached, such as `http://127.0.0.1:8080`.
  public void publish(String address) {
    Holder now = new Holder(ProcessHandle.current().pid(), address);
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

  /// Who holds the folder, without taking the lock for longer than the question lasts.
  public static Optional<Holder> holder(Path dataFolder) {
    Path file = dataFolder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      file = file.toRealPath();
      synchronized (HELD) {
        DataLock ours = HELD.get(file);
        if (ours != null) {
          return Optional.of(ours.holder);
        }
        // A shared lock needs no right to write, and two that ask do not see each other.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            FileLock question = channel.tryLock(0, Long.MAX_VALUE, true)) {
          return question == null ? Optional.of(read(channel)) : Optional.empty();
        }
      }
    } catch (IOException e) {
      throw DiskErrors.failed("ask who holds " + file, e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException _) {
      return null;
    }
  }

  private static Holder read(FileChannel channel) throws IOException {
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
    return new Holder(pid, address);
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
        } catch (IOException e) {
          throw DiskErrors.failed("release " + file, e);
        }
      }
    }
  }
}
