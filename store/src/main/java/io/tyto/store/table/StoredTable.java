package io.tyto.store.table;

import java.util.ArrayList;
import java.util.List;

/// A dimension table as of one version of the log. Immutable.
///
/// @param id given once, never reused
/// @param configVersion grows by one with every change of the config, from 1
/// @param config the file as written
/// @param versions those that are kept, ascending; empty until the first load
/// @param nextVersion the number that the next version gets
public record StoredTable(
    int id,
    String name,
    int configVersion,
    String config,
    List<Version> versions,
    long nextVersion) {

  /// What one load brought.
  ///
  /// @param fromMicros the event time from which it answers, microseconds since the epoch; greater
  ///   than that of the version before
  /// @param loadedMicros when it was loaded, likewise
  /// @param sha256 of the file
  public record Version(
      long number, long fromMicros, long loadedMicros, String sha256, long bytes, long rows) {}

  public StoredTable {
    versions = List.copyOf(versions);
  }

  /// With the same versions.
  public StoredTable withConfig(String newConfig) {
    return new StoredTable(id, name, configVersion + 1, newConfig, versions, nextVersion);
  }

  /// With one more version, and the oldest ones gone beyond `kept`.
  public StoredTable with(Version version, int kept) {
    List<Version> all = new ArrayList<>(versions);
    all.add(version);
    int first = Math.max(0, all.size() - kept);
    return new StoredTable(
        id, name, configVersion, config, all.subList(first, all.size()), version.number() + 1);
  }
}
