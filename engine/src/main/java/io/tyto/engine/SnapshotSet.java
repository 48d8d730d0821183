package io.tyto.engine;

import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Snapshots of some collections, let go of together. Each is consistent in itself; an event that
/// arrives while they are taken may be in a later one only. Not thread-safe.
record SnapshotSet(Map<String, TableSnapshot> byCollection) implements AutoCloseable {

  static SnapshotSet take(SnapshotProvider provider, Collection<String> collections) {
    SnapshotSet taken = new SnapshotSet(new TreeMap<>());
    try {
      for (String collection : collections) {
        if (!taken.byCollection.containsKey(collection)) {
          taken.byCollection.put(collection, provider.snapshot(collection));
        }
      }
      return taken;
    } catch (RuntimeException | Error e) {
      taken.close();
      throw e;
    }
  }

  /// Of a collection that was taken.
  TableSnapshot of(String collection) {
    return Objects.requireNonNull(byCollection.get(collection), collection);
  }

  @Override
  public void close() {
    byCollection.values().forEach(TableSnapshot::close);
  }
}
