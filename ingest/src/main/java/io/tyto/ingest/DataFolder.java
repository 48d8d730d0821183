package io.tyto.ingest;

import java.nio.file.Path;

/// What stands where below a data folder: `LOCK`, `store/` (objects), `log/` (write-ahead logs) and
/// `keys/` (secrets).
public record DataFolder(Path root) {
  public Path store() {
    return root.resolve("store");
  }

  /// The file of a project's secret.
  public Path key(int project) {
    return root.resolve("keys").resolve(project + ".key");
  }

  public Path logs() {
    return root.resolve("log");
  }
}
