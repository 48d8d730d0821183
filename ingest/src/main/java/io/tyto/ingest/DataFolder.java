package io.tyto.ingest;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What stands where below a data folder: `LOCK`, `store/` (objects), `log/` (write-ahead logs),
/// `keys/` (secrets), `operator.token` (what the commands of this machine show to the server),
/// `audit/` (who did what), `documents/` (trusted ones) and `states/` (overflow of memory, empty
/// after a start). Of a folder that several processes share, all but `store/` and `keys/` of each
/// stand below `nodes/<name>/`.
///
/// @param node name of this process among them; null: it is alone
public record DataFolder(Path root, @Nullable String node) {
  /// Name of the file that {@link #operatorToken} tells.
  public static final String OPERATOR_TOKEN = "operator.token";

  /// Name of the file that {@link #restoring} tells.
  public static final String RESTORING = "RESTORING";

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

  /// Trusted documents that were registered.
  public Path documents() {
    return root.resolve("documents");
  }

  /// Stands here as long as a restore is not complete; what it holds names the backup.
  public Path restoring() {
    return root.resolve(RESTORING);
  }

  /// STORE_UNSUITABLE where a restore into the folder was interrupted.
  public void requireWhole() {
    if (Files.exists(restoring())) {
      throw new TytoException(
          ErrorCode.STORE_UNSUITABLE,
          "a restore into %s is under way or was interrupted, so not everything is there. Run the same `tyto restore` again: it goes on where it was"
              .formatted(root));
    }
  }

  private Path own() {
    return node == null ? root : root.resolve("nodes").resolve(node);
  }
}
