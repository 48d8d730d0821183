package io.tyto.ingest.partition;

import io.tyto.store.Disk;
import io.tyto.testkit.storage.FaultDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What one simulated process sees of the machine's disk. Each step may fail, be the process's
/// last, or be preceded by what another process does; a dead process does nothing more.
final class SimulatedDisk implements Disk {

  /// What becomes of a step.
  enum Fate {
    DONE,
    /// Nothing happened, and that is said.
    FAILED,
    /// A write ends in its middle; other steps as {@link #FAILED}.
    HALF_DONE,
    /// It happened, and a failure is said.
    ANSWER_LOST,
    /// The process ends before it.
    DIED,
    /// The process ends in its middle.
    DIED_HALFWAY
  }

  /// Decides; may let others act first.
  interface Chaos {
    Fate beforeStep();

    /// Whether somebody ends a process that asks again and again for what became of a commit.
    boolean isEndedInsteadOfRetried();
  }

  /// The process is gone. An Error, so that no code under test takes it for a failed operation.
  static final class ProcessDied extends Error {
    private static final long serialVersionUID = 1L;

    ProcessDied() {
      super("the simulated process died");
    }
  }

  private final FaultDisk disk;
  private final Chaos chaos;
  private final Flaw flaw;
  private final List<File> open = new ArrayList<>();
  private boolean isDead;

  SimulatedDisk(FaultDisk disk, Chaos chaos, Flaw flaw) {
    this.disk = disk;
    this.chaos = chaos;
    this.flaw = flaw;
  }

  boolean isDead() {
    return isDead;
  }

  /// The pause before a commit is asked for again: none, or the end of the process. A process whose
  /// store trusts its disk no longer asks for ever, until somebody starts it anew.
  long beforeRetry() {
    requireAlive();
    if (chaos.isEndedInsteadOfRetried()) {
      throw died();
    }
    return 0;
  }

  /// From now on every call throws. What was written stays.
  void kill() {
    isDead = true;
    for (File file : open) {
      try {
        file.close();
      } catch (IOException e) {
        throw new IllegalStateException("a real file cannot be closed", e);
      }
    }
    open.clear();
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  private <T> T step(Action<T> action) throws IOException {
    requireAlive();
    return step(action, chaos.beforeStep());
  }

  /// A force that its process does not live to see end is no failed one: the system goes on with
  /// it.
  private <T> T force(Action<T> action) throws IOException {
    requireAlive();
    Fate fate = chaos.beforeStep();
    return step(action, fate == Fate.DIED_HALFWAY ? Fate.DIED : fate);
  }

  private <T> T step(Action<T> action, Fate fate) throws IOException {
    requireAlive();
    switch (fate) {
      case DONE -> {
        return action.run();
      }
      case FAILED -> disk.failAt(disk.steps() + 1, FaultDisk.Failure.BEFORE);
      case HALF_DONE -> disk.failAt(disk.steps() + 1, FaultDisk.Failure.HALFWAY);
      case ANSWER_LOST -> disk.failAt(disk.steps() + 1, FaultDisk.Failure.AFTER);
      case DIED -> throw died();
      case DIED_HALFWAY -> {
        disk.failAt(disk.steps() + 1, FaultDisk.Failure.HALFWAY);
        try {
          action.run();
        } catch (IOException _) {
          // Nobody is there to hear of it.
        }
        throw died();
      }
    }
    return action.run();
  }

  private ProcessDied died() {
    kill();
    return new ProcessDied();
  }

  private void requireAlive() {
    if (isDead) {
      throw new ProcessDied();
    }
  }

  private File opened(File file) {
    File opened = new SimulatedFile(file);
    open.add(file);
    return opened;
  }

  @Override
  public File create(Path path) throws IOException {
    return opened(step(() -> disk.create(path)));
  }

  @Override
  public File openForAppend(Path path) throws IOException {
    requireAlive();
    return opened(disk.openForAppend(path));
  }

  @Override
  public File openForRead(Path path) throws IOException {
    requireAlive();
    return opened(disk.openForRead(path));
  }

  @Override
  public boolean link(Path source, Path target) throws IOException {
    return step(() -> {
      if (flaw == Flaw.RENAMES && disk.exists(target)) {
        disk.delete(target);
      }
      return disk.link(source, target);
    });
  }

  @Override
  public void replace(Path source, Path target) throws IOException {
    step(() -> {
      disk.replace(source, target);
      return true;
    });
  }

  @Override
  public void delete(Path path) throws IOException {
    step(() -> {
      disk.delete(path);
      return true;
    });
  }

  @Override
  public boolean exists(Path path) {
    requireAlive();
    return disk.exists(path);
  }

  @Override
  public boolean isFolder(Path path) {
    requireAlive();
    return disk.isFolder(path);
  }

  @Override
  public long modifiedMillis(Path path) throws IOException {
    requireAlive();
    return disk.modifiedMillis(path);
  }

  @Override
  public List<Path> list(Path folder) throws IOException {
    requireAlive();
    return disk.list(folder);
  }

  @Override
  public void createFolders(Path folder) throws IOException {
    requireAlive();
    // Of many steps, each of which the disk counts, so that none of them is failed by number.
    disk.createFolders(folder);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    force(() -> {
      if (flaw != Flaw.FORCES_NOTHING) {
        disk.forceFolder(folder);
      }
      return true;
    });
  }

  @Override
  public long freeBytes(Path folder) {
    return Long.MAX_VALUE;
  }

  private final class SimulatedFile implements File {
    private final File file;

    SimulatedFile(File file) {
      this.file = file;
    }

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      step(() -> {
        file.append(bytes);
        return true;
      });
    }

    @Override
    public int read(ByteBuffer target, long byteOffset) throws IOException {
      requireAlive();
      return file.read(target, byteOffset);
    }

    @Override
    public long size() throws IOException {
      requireAlive();
      return file.size();
    }

    @Override
    public void truncate(long size) throws IOException {
      step(() -> {
        file.truncate(size);
        return true;
      });
    }

    @Override
    public void force() throws IOException {
      SimulatedDisk.this.force(() -> {
        if (flaw != Flaw.FORCES_NOTHING) {
          file.force();
        }
        return true;
      });
    }

    @Override
    public void close() throws IOException {
      // A dead process's files were closed with it.
      if (open.remove(file)) {
        file.close();
      }
    }
  }
}
