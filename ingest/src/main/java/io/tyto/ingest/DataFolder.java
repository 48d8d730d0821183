package io.tyto.ingest;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What stands where below a data folder: `LOCK`, `store/` (objects), `log/` (write-ahead logs),
/// `keys/` (secrets) and `states/` (overflow of memory, empty after a start). Of a folder that
/// several processes share, `LOCK`, `log/` and `states/` of each stand below `nodes/<name>/`.
///
/// @param node name of this process among them; null: it is alone
public record DataFolder(Path root, @Nullable String node) {
  public DataFolder(Path root) {
    this(root, null);
  }

  public Path store() {
    return root.resolve("store");
  }

  /// The file of a project's secret.
  public Path key(int project) {
    return root.resolve("keys").resolve(project + ".key");
  }

  /// Maps of entity states that do not fit memory; of no use to another process.
  public Path states() {
    return own().resolve("states");
  }

  public Path logs() {
    return own().resolve("log");
  }

  private Path own() {
    return node == null ? root : root.resolve("nodes").resolve(node);
  }
}
