package io.tyto.engine;

import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.query.QueryContext;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/// Snapshots of some collections, let go of together. Each is consistent in itself; an event that
/// arrives while they are taken may be in a later one only. Not thread-safe.
record SnapshotSet(Map<String, TableSnapshot> byCollection) implements AutoCloseable {

  /// @param tails partitions of others whose newest rows are read here
  static SnapshotSet take(
      SnapshotProvider provider,
      Collection<String> collections,
      Set<Integer> tails,
      QueryContext context) {
    SnapshotSet taken = new SnapshotSet(new TreeMap<>());
    try {
      for (String collection : collections) {
        if (!taken.byCollection.containsKey(collection)) {
          taken.byCollection.put(collection, provider.snapshot(collection, tails, context));
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
