package io.tyto.ingest.partition;

import io.tyto.ingest.IngestOptions;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import java.io.IOException;
import java.nio.file.Path;

/// Stops taking events while the disk is nearly full, before a write has to fail. Thread-safe.
public final class DiskGuard {
  private final Disk disk;
  private final Path folder;
  private final IngestOptions.Log limits;
  private final Alarms alarms;
  private volatile long freeBytes = Long.MAX_VALUE;

  public DiskGuard(Disk disk, Path folder, IngestOptions.Log limits, Alarms alarms) {
    this.disk = disk;
    this.folder = folder;
    this.limits = limits;
    this.alarms = alarms;
  }

  /// Looks at the disk again; called about once a second.
  public void look() {
    try {
      freeBytes = disk.freeBytes(folder);
    } catch (IOException e) {
      alarms.raise("disk", "cannot tell the free space of " + folder + ": " + e.getMessage());
      return;
    }
    if (isReadOnly()) {
      alarms.raise(
          "disk",
          "%d bytes are free on the disk of %s: below %d (setting `disk.readOnlyBelow`) nothing is taken. Free some space"
              .formatted(freeBytes, folder, limits.readOnlyBelowBytes()));
    } else if (isPausing()) {
      alarms.raise("disk", pause());
    } else {
      alarms.clear("disk");
    }
  }

  public long freeBytes() {
    return freeBytes;
  }

  /// Imports of files wait, and so do the readers of topics.
  public boolean isPausing() {
    return freeBytes < limits.pauseBelowBytes();
  }

  /// Why they wait.
  public String pause() {
    return "%d bytes are free on the disk of %s: below %d (setting `disk.pauseBelow`) imports of files and the reading of topics wait. Free some space"
        .formatted(freeBytes, folder, limits.pauseBelowBytes());
  }

  public boolean isReadOnly() {
    return freeBytes < limits.readOnlyBelowBytes();
  }

  /// DISK_FULL while nothing can be taken.
  public void requireWritable() {
    if (isReadOnly()) {
      throw new TytoException(
          ErrorCode.DISK_FULL,
          "%d bytes are free on the disk of %s and below %d (setting `disk.readOnlyBelow`) nothing is taken. Free space, then send again"
              .formatted(freeBytes, folder, limits.readOnlyBelowBytes()));
    }
  }
}
