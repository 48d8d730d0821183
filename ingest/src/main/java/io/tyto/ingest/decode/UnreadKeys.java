package io.tyto.ingest.decode;

/// Is told of the keys that no column reads, event by event. Thread-safe; returns at once, and may
/// leave events out.
@FunctionalInterface
public interface UnreadKeys {
  UnreadKeys IGNORED = (_, _) -> {};

  /// @param json an object of those keys with their values; not to be changed
  void observe(int collectionId, byte[] json);
}
