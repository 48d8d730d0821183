package io.tyto.ingest;

import java.nio.file.Path;

/// What stands where below a data folder: `LOCK`, `store/` (objects) and `log/` (write-ahead logs).
public record DataFolder(Path root) {
  public Path store() {
    return root.resolve("store");
  }

  public Path logs() {
    return root.resolve("log");
  }
}
