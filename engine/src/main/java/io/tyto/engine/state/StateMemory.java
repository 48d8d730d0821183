package io.tyto.engine.state;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// Where the maps of a process may lie: in memory while all together stay below a bound, else in
/// files, whose pages the operating system keeps or writes out as it sees fit. Thread-safe.
public final class StateMemory {
  /// Of the files' names.
  static final String SUFFIX = ".map";

  private final Path folder;
  private final long limitBytes;
  private final AtomicLong used = new AtomicLong();

  /// Deletes what an earlier process left in the folder. STORE_FAILED.
  ///
  /// @param folder of this process alone, made when the first file comes
  public StateMemory(Path folder, long limitBytes) {
    this.folder = folder;
    this.limitBytes = limitBytes;
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "could not empty %s: %s".formatted(folder, e.getMessage()), e);
    }
  }

  Path folder() {
    return folder;
  }

  /// Whether so many bytes may be taken; {@link #release} gives them back.
  boolean tryReserve(long bytes) {
    if (used.addAndGet(bytes) > limitBytes) {
      used.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  void release(long bytes) {
    used.addAndGet(-bytes);
  }
}
