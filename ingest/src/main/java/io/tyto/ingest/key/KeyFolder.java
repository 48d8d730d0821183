package io.tyto.ingest.key;

import io.tyto.ingest.DataFolder;
import io.tyto.ingest.partition.Alarms;
import io.tyto.model.port.KeyService;
import io.tyto.store.DataLock;
import io.tyto.store.Disk;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import java.time.Clock;
import java.util.UUID;

/// The keys of a data folder that no server holds. Holds the folder alone until {@link #close}.
public final class KeyFolder implements AutoCloseable {
  private final DataLock lock;
  private final Store store;
  private final LocalKeys keys;

  private KeyFolder(DataLock lock, Store store, Clock clock) {
    this.lock = lock;
    this.store = store;
    String writerId = UUID.randomUUID().toString();
    try {
      this.keys = LocalKeys.open(store, StoreKeys.DEFAULT_PROJECT, writerId, clock, new Alarms());
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /// STORE_LOCKED where a process holds the folder; MANIFEST_CORRUPT.
  public static KeyFolder open(DataFolder folder, Clock clock) {
    DataLock lock = DataLock.acquire(folder.root());
    try {
      return new KeyFolder(lock, folder.open(Disk.SYSTEM), clock);
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
    store.close();
    lock.close();
  }
}
