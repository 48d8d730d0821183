package io.tyto.testkit.storage;

import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The real file system without its waits, and with a clock of its own: for tests that make many
/// more commits than a disk could in their time. Thread-safe.
public final class UnforcedDisk implements Disk {
  private final Clock clock;
  private final Map<Path, Long> created = new ConcurrentHashMap<>();

  public UnforcedDisk(Clock clock) {
    this.clock = clock;
  }

  private record Unforced(Disk.File file) implements Disk.File {
    @Override
    public void append(ByteBuffer bytes) throws IOException {
      file.append(bytes);
    }

    @Override
    public int read(ByteBuffer target, long byteOffset) throws IOException {
      return file.read(target, byteOffset);
    }

    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      file.truncate(size);
    }

    @Override
    public void force() {}

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  @Override
  public Disk.File create(Path path) throws IOException {
    Disk.File file = Disk.SYSTEM.create(path);
    created.put(path, clock.millis());
    return new Unforced(file);
  }

  @Override
  public Disk.File openForAppend(Path path) throws IOException {
    return new Unforced(Disk.SYSTEM.openForAppend(path));
  }

  @Override
  public Disk.File openForRead(Path path) throws IOException {
    return Disk.SYSTEM.openForRead(path);
  }

  @Override
  public boolean link(Path source, Path target) throws IOException {
    boolean isNew = Disk.SYSTEM.link(source, target);
    if (isNew) {
      created.put(target, clock.millis());
    }
    return isNew;
  }

  @Override
  public void replace(Path source, Path target) throws IOException {
    Disk.SYSTEM.replace(source, target);
    created.remove(source);
    created.put(target, clock.millis());
  }

  @Override
  public void delete(Path path) throws IOException {
    Disk.SYSTEM.delete(path);
    created.remove(path);
  }

  @Override
  public boolean exists(Path path) {
    return Disk.SYSTEM.exists(path);
  }

  @Override
  public boolean isFolder(Path path) {
    return Disk.SYSTEM.isFolder(path);
  }

  @Override
  public long modifiedMillis(Path path) throws IOException {
    Long millis = created.get(path);
    return millis == null ? Disk.SYSTEM.modifiedMillis(path) : millis;
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    return Disk.SYSTEM.list(folder);
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    Disk.SYSTEM.createFolders(folder);
  }

  @Override
  public void forceFolder(Path folder) {}

  @Override
  public long freeBytes(Path folder) throws IOException {
    return Disk.SYSTEM.freeBytes(folder);
  }
}
