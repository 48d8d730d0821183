package io.tyto.ingest.enrich.builtin;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// A cache of at most about so many entries: when the young generation is full it becomes the old
/// one, and the old one goes. What is asked for again in between stays. Thread-safe without locks;
/// two threads may compute the same entry at once.
final class TwoGenerations<K, V> {
  private final int most;
  private volatile Map<K, V> young = new ConcurrentHashMap<>();
  private volatile Map<K, V> old = Map.of();

  /// @param entries 0: nothing is kept
  TwoGenerations(int entries) {
    this.most = entries / 2;
  }

  V get(K key, Function<K, V> compute) {
    Map<K, V> now = young;
    V value = now.get(key);
    if (value == null) {
      value = old.get(key);
      value = value == null ? compute.apply(key) : value;
      keep(key, value, now);
    }
    return value;
  }

  private void keep(K key, V value, Map<K, V> now) {
    if (most == 0) {
      return;
    }
    if (now.size() >= most) {
      synchronized (this) {
        if (young.size() >= most) {
          old = young;
          young = new ConcurrentHashMap<>();
        }
      }
    }
    young.put(key, value);
  }

  int size() {
    return young.size() + old.size();
  }
}
