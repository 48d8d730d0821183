package io.tyto.ingest.table;

import io.tyto.engine.lookup.LookupTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The versions of one dimension table, as they are now. Thread-safe.
public final class TableVersions {
  private volatile List<Loaded> loaded = List.of();

  /// @param fromMicros the event time from which it answers
  record Loaded(long number, long fromMicros, LookupTable rows) {}

  /// @param versions ascending
  void show(List<Loaded> versions) {
    loaded = List.copyOf(versions);
  }

  List<Loaded> all() {
    return loaded;
  }

  /// Null before the first load.
  public @Nullable LookupTable newest() {
    List<Loaded> now = loaded;
    return now.isEmpty() ? null : now.getLast().rows();
  }

  /// The newest version that was in force at a time, or the oldest one where none was yet; null
  /// before the first load.
  ///
  /// @param micros since the epoch
  public @Nullable LookupTable at(long micros) {
    List<Loaded> now = loaded;
    for (int i = now.size() - 1; i > 0; i--) {
      if (now.get(i).fromMicros() <= micros) {
        return now.get(i).rows();
      }
    }
    return now.isEmpty() ? null : now.getFirst().rows();
  }
}
