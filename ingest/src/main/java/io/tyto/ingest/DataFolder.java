package io.tyto.ingest;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What stands where below a data folder: `LOCK`, `store/` (objects), `log/` (write-ahead logs),
/// `keys/` (secrets), `operator.token` (what the commands of this machine show to the server),
/// `audit/` (who did what) and `states/` (overflow of memory, empty after a start). Of a folder
/// that several processes share, all but `store/` and `keys/` of each stand below `nodes/<name>/`.
///
/// @param node name of this process among them; null: it is alone
public record DataFolder(Path root, @Nullable String node) {
  /// Name of the file that {@link #operatorToken} tells.
  public static final String OPERATOR_TOKEN = "operator.token";

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

  /// The file of the secret that signs cursors, the same for all processes that share the folder.
  public Path cursorKey() {
    return root.resolve("keys").resolve("cursors.key");
  }

  /// Maps of entity states that do not fit memory; of no use to another process.
  public Path states() {
    return own().resolve("states");
  }

  public Path logs() {
    return own().resolve("log");
  }

  /// The file with the credential of whoever may read this folder, made anew at every start.
  public Path operatorToken() {
    return own().resolve(OPERATOR_TOKEN);
  }

  /// Who did what, as this process saw it.
  public Path audit() {
    return own().resolve("audit");
  }

  private Path own() {
    return node == null ? root : root.resolve("nodes").resolve(node);
  }
}
