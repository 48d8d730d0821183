package io.tyto.ingest.key;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.partition.Alarms;
import io.tyto.model.port.KeyService;
import io.tyto.store.DataLock;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.StoreKeys;
import java.time.Clock;
import java.util.UUID;

/// The keys of a data folder that no server holds. Holds the folder alone until {@link #close}.
public final class KeyFolder implements AutoCloseable {
  private final DataLock lock;
  private final LocalKeys keys;

  private KeyFolder(DataLock lock, LocalKeys keys) {
    this.lock = lock;
    this.keys = keys;
  }

  /// STORE_LOCKED where a process holds the folder; MANIFEST_CORRUPT.
  public static KeyFolder open(DataFolder folder, Clock clock) {
    DataLock lock = DataLock.acquire(folder.root());
    try {
      folder.requireWhole();
      FsStore store = new FsStore(folder.store(), Disk.SYSTEM);
      String writerId = UUID.randomUUID().toString();
      return new KeyFolder(
          lock, LocalKeys.open(store, StoreKeys.DEFAULT_PROJECT, writerId, clock, new Alarms()));
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  public KeyService keys() {
    return keys;
  }

  @Override
  public void close() {
    keys.close();
    lock.close();
  }
}
