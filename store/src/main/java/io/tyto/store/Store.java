package io.tyto.store;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A flat name space of immutable objects. Keys are `/`-separated ids, never user text.
///
/// Every call that returns normally has made its effect durable. STORE_FAILED where the outcome is
/// unknown or the store refuses; DISK_FULL where it is full. Thread-safe.
public interface Store {
  enum Put {
    CREATED,
    EXISTS
  }

  /// The conditional put on which all commits rest.
  Put putIfAbsent(String key, byte[] content);

  /// Moves a finished local file into the store under a key that nobody else uses.
  void putFile(String key, Path file);

  Optional<byte[]> get(String key);

  /// Keys that start with the prefix, ascending.
  List<String> list(String prefix);

  void delete(String key);

  long size(String key);

  /// A local file with the object's content, for mapping; it stays until {@link #delete}.
  Path localFile(String key);

  /// A folder on the same file system for files on their way into {@link #putFile}.
  Path scratchFolder();

  /// Refuses (STORE_UNSUITABLE) a store whose conditional put, links or folder fsync do not hold.
  void probe();
}
