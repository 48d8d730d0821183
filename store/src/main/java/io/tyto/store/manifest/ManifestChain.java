package io.tyto.store.manifest;

import io.tyto.store.Store;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/// The numbered chain of manifests of one partition: the only thing that commits.
///
/// A writer claims the chain once and then commits. At most one object can exist under a number, so
/// a writer that has been overtaken learns it at its next commit (FENCED) without any clock or
/// lease; it then drops its tail and its memory and claims again.
///
/// Thread-safe: commits of one process are serialised here; reading needs no claim.
public final class ManifestChain {

  /// @param prefix {@link io.tyto.store.StoreKeys#partition}
  /// @param writerId UUID of the process start
  public ManifestChain(Store store, String prefix, String writerId) {
    this(store, prefix, writerId, () -> UUID.randomUUID().toString());
  }

  /// @param commitIds gives an id that no other commit has
  public ManifestChain(Store store, String prefix, String writerId, Supplier<String> commitIds) {
    throw new UnsupportedOperationException("lands next");
  }

  public String prefix() {
    throw new UnsupportedOperationException("lands next");
  }

  /// The newest manifest in the store, checked; empty where nobody has claimed yet.
  /// MANIFEST_CORRUPT.
  public Optional<Manifest> latest() {
    throw new UnsupportedOperationException("lands next");
  }

  /// One manifest by number; empty where it does not exist (any more). MANIFEST_CORRUPT.
  public Optional<Manifest> read(long version) {
    throw new UnsupportedOperationException("lands next");
  }

  /// What this writer last claimed or committed; IllegalStateException without a claim.
  public Manifest current() {
    throw new UnsupportedOperationException("lands next");
  }

  /// Becomes the owner: commits the newest manifest again with the next epoch and this writer's id.
  /// FENCED where a rival claimed at the same time.
  ///
  /// @param configVersion of the catalog
  public Manifest claim(long configVersion) {
    throw new UnsupportedOperationException("lands next");
  }

  /// Commits a change on top of {@link #current}.
  ///
  /// FENCED: somebody else owns the chain; drop the tail and claim again. DISK_FULL: nothing was
  /// written, the chain stands where it was. STORE_FAILED: the outcome is unknown; call again with
  /// an equal change, which resolves it, or claim again. IllegalArgumentException: the change would
  /// break an invariant of the chain, and the message says which.
  public Manifest commit(Change change) {
    throw new UnsupportedOperationException("lands next");
  }

  /// All segments of a manifest in commit order, those of its pages first.
  public List<SegmentEntry> segments(Manifest manifest) {
    throw new UnsupportedOperationException("lands next");
  }

  /// All holes of a manifest, those of its pages first.
  public List<Hole> holes(Manifest manifest) {
    throw new UnsupportedOperationException("lands next");
  }

  /// Whether the manifest has committed anything of the log.
  public boolean knows(Manifest manifest, String logId) {
    throw new UnsupportedOperationException("lands next");
  }

  /// First offset of the log not committed yet; 0 for a log that the manifest does not know.
  public long next(Manifest manifest, String logId) {
    throw new UnsupportedOperationException("lands next");
  }

  /// Offset from which event ids of the log must be known; 0 where nothing is said.
  public long dedupFrom(Manifest manifest, String logId) {
    throw new UnsupportedOperationException("lands next");
  }

  /// Store key of a segment of this partition.
  public String segmentKey(String file) {
    throw new UnsupportedOperationException("lands next");
  }
}
