package io.tyto.ingest;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Disk;
import io.tyto.store.FsStore;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.s3.S3Store;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What stands where below a data folder: `LOCK`, `store/` (objects), `log/` (write-ahead logs),
/// `keys/` (secrets), `operator.token` (what the commands of this machine show to the server),
/// `audit/` (who did what), `documents/` (trusted ones) and `states/` (overflow of memory, empty
/// after a start). Of a folder that several processes share, all but `store/` and `keys/` of each
/// stand below `nodes/<name>/`. Where the objects lie in a bucket, `cache/` has copies of them
/// instead of `store/`.
///
/// @param node name of this process among them; null: it is alone
/// @param home where the objects lie
public record DataFolder(Path root, @Nullable String node, StoreHome home) {
  /// Name of the file that {@link #operatorToken} tells.
  public static final String OPERATOR_TOKEN = "operator.token";

  /// Name of the file that {@link #restoring} tells.
  public static final String RESTORING = "RESTORING";

  /// Objects below the folder, of a process that is alone.
  public DataFolder(Path root) {
    this(root, null);
  }

  /// Objects below the folder.
  public DataFolder(Path root, @Nullable String node) {
    this(root, node, StoreHome.FILES);
  }

  public Path store() {
    return root.resolve("store");
  }

  /// The store, for the process that holds the folder's lock. What a crash left is cleared; nothing
  /// is asked of a server yet. STORE_UNSUITABLE as {@link #requireWhole}.
  public Store open(Disk disk) {
    requireWhole();
    Store store =
        switch (home) {
          case StoreHome.Files _ -> new FsStore(store(), disk, node);
          case StoreHome.Bucket bucket -> open(bucket, own().resolve("cache"), true);
        };
    store.clearScratch();
    return store;
  }

  /// The store, for somebody who reads beside the process that holds the lock. What is copied for
  /// it goes when it is closed. NOT_FOUND where there is no data; STORE_UNSUITABLE as {@link
  /// #requireWhole}.
  public Store openBeside() {
    return openBeside(Disk.SYSTEM);
  }

  /// As above.
  ///
  /// @param disk through which files below the folder are read
  public Store openBeside(Disk disk) {
    requireWhole();
    requireStore();
    return switch (home) {
      case StoreHome.Files _ -> new FsStore(store(), disk);
      case StoreHome.Bucket bucket ->
          open(bucket, own().resolve("cache-" + UUID.randomUUID()), false);
    };
  }

  private static Store open(StoreHome.Bucket bucket, Path copies, boolean areKept) {
    return new S3Store(
        bucket.location(),
        bucket.credentials(),
        bucket.patience(),
        copies,
        bucket.cacheBytes(),
        areKept);
  }

  /// Whether anything was ever stored. STORE_FAILED where a bucket cannot be asked.
  public boolean hasStore() {
    return switch (home) {
      case StoreHome.Files _ -> Files.isDirectory(store());
      case StoreHome.Bucket bucket -> {
        try (Store store = open(bucket, own().resolve("cache-" + UUID.randomUUID()), false)) {
          yield !store.list(StoreKeys.catalog(StoreKeys.DEFAULT_PROJECT) + "/").isEmpty();
        }
      }
    };
  }

  /// Whether a process has worked here: it is cheap to tell.
  public boolean isUsed() {
    return Files.isDirectory(store()) || Files.exists(root.resolve("LOCK"));
  }

  private void requireStore() {
    if (!hasStore()) {
      throw new TytoException(
          ErrorCode.NOT_FOUND,
          switch (home) {
            case StoreHome.Files _ ->
                "there is no data at %s: name the folder with --data, or the bucket with --store"
                    .formatted(root);
            case StoreHome.Bucket bucket ->
                "there is no data in %s: name the bucket and the prefix with --store"
                    .formatted(bucket.location());
          });
    }
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
