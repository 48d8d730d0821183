package io.tyto.store.manifest;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import io.tyto.store.StoreKeys;
import io.tyto.store.document.JsonFields;
import io.tyto.store.document.NumberedLog;
import io.tyto.store.document.SealedJson;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The numbered chain of manifests of one partition: the only thing that commits.
///
/// A writer claims the chain once and then commits. At most one object can exist under a number, so
/// a writer that has been overtaken learns it at its next commit (FENCED) without any clock or
/// lease; it then drops its tail and its memory and claims again.
///
/// Thread-safe: commits of one process are serialised here; reading needs no claim.
public final class ManifestChain {
  /// Manifests whose number is a multiple of this are never collected; see {@link NumberedLog}.
  public static final int MILESTONE = 1_000;

  private final Store store;
  private final NumberedLog log;
  private final Pages pages;
  private final String prefix;
  private final String writerId;
  private final Supplier<String> commitIds;

  /// What this writer stands on; null without a claim.
  private volatile @Nullable Standing standing;

  /// Why the claim is gone; null as long as nobody else was seen.
  private volatile @Nullable TytoException loss;

  /// A commit whose outcome is unknown.
  private @Nullable Unresolved unresolved;

  private record Standing(Manifest manifest, String sha256) {}

  private record Unresolved(Change change, Manifest manifest, byte[] document) {}

  /// @param prefix {@link StoreKeys#partition}
  /// @param writerId UUID of the process start
  public ManifestChain(Store store, String prefix, String writerId) {
    this(store, prefix, writerId, () -> UUID.randomUUID().toString(), MILESTONE);
  }

  /// For tests, which need the same ids again and many collected manifests soon.
  ///
  /// @param commitIds gives an id that no other commit has
  /// @param milestone in place of {@link #MILESTONE}; the same for every writer of the chain
  public ManifestChain(
      Store store, String prefix, String writerId, Supplier<String> commitIds, int milestone) {
    this.store = store;
    this.log = new NumberedLog(store, StoreKeys.manifests(prefix), milestone);
    this.pages = new Pages(store, prefix);
    this.prefix = prefix;
    this.writerId = writerId;
    this.commitIds = commitIds;
  }

  public String prefix() {
    return prefix;
  }

  /// How many of the newest manifests must stay.
  public int milestone() {
    return log.milestone();
  }

  /// Numbers of the manifests in the store, ascending; old ones may have been collected.
  public List<Long> versions() {
    return log.versions();
  }

  /// The newest manifest in the store, checked; empty where nobody has claimed yet.
  /// MANIFEST_CORRUPT.
  public Optional<Manifest> latest() {
    OptionalLong newest = log.newest();
    return newest.isEmpty() ? Optional.empty() : read(newest.getAsLong());
  }

  /// The newest manifest, where it is newer than a number; two look-ups where it is not. For those
  /// who follow a chain that others write. MANIFEST_CORRUPT.
  public Optional<Manifest> newerThan(long version) {
    return log.goesOnBehind(version) ? latest() : Optional.empty();
  }

  /// When a manifest was stored, as the store's clock has it; see {@link Store#modifiedMillis}.
  public long storedMillis(long version) {
    return store.modifiedMillis(log.key(version));
  }

  /// One manifest by number; empty where it does not exist (any more). MANIFEST_CORRUPT.
  public Optional<Manifest> read(long version) {
    return load(version).map(Standing::manifest);
  }

  private Optional<Standing> load(long version) {
    return log.read(version)
        .map(document -> {
          Manifest manifest = ManifestCodec.decode(log.key(version), document);
          if (manifest.version() != version) {
            throw JsonFields.corrupt(
                log.key(version), "manifest " + version, "manifest " + manifest.version());
          }
          return new Standing(manifest, SealedJson.sha256(document));
        });
  }

  /// What this writer last claimed or committed; FENCED once another was seen, and
  /// IllegalStateException where nothing was ever claimed.
  public Manifest current() {
    return standing().manifest();
  }

  private Standing standing() {
    Standing now = standing;
    TytoException reason = loss;
    if (now == null && reason != null) {
      throw new TytoException(reason.code(), String.valueOf(reason.getMessage()), reason);
    }
    if (now == null) {
      throw new IllegalStateException("chain %s is not claimed by this writer".formatted(prefix));
    }
    return now;
  }

  /// Becomes the owner: commits the newest manifest again with the next epoch and this writer's id.
  /// FENCED where a rival claimed at the same time.
  ///
  /// @param configVersion of the catalog
  public synchronized Manifest claim(long configVersion) {
    standing = null;
    loss = null;
    unresolved = null;
    OptionalLong newest = log.newest();
    Manifest claimed;
    if (newest.isEmpty()) {
      claimed = first(configVersion);
    } else {
      Standing before =
          load(newest.getAsLong())
              .orElseThrow(() -> fenced("manifest %d went while it was read", newest.getAsLong()));
      checkPredecessor(before.manifest());
      // Were it to vanish below ours when the power goes, its number could be taken again.
      log.renew(newest.getAsLong());
      claimed = successor(before, configVersion);
    }
    byte[] document = ManifestCodec.encode(claimed);
    if (!log.append(claimed.version(), document)) {
      throw fenced("another writer claimed manifest %d", claimed.version());
    }
    standing = new Standing(claimed, SealedJson.sha256(document));
    return claimed;
  }

  private Manifest first(long configVersion) {
    return new Manifest(
        Set.of(),
        1,
        "",
        1,
        writerId,
        commitIds.get(),
        configVersion,
        Map.of(),
        List.of(),
        List.of(),
        List.of(),
        Map.of(),
        Counts.ZERO,
        List.of());
  }

  private Manifest successor(Standing before, long configVersion) {
    Manifest manifest = before.manifest();
    return new Manifest(
        manifest.requires(),
        manifest.version() + 1,
        before.sha256(),
        manifest.epoch() + 1,
        writerId,
        commitIds.get(),
        configVersion,
        manifest.next(),
        manifest.segments(),
        manifest.pages(),
        manifest.holes(),
        manifest.dedupFrom(),
        manifest.counts(),
        manifest.rejoins());
  }

  private void checkPredecessor(Manifest manifest) {
    load(manifest.version() - 1)
        .filter(before -> !before.sha256().equals(manifest.previousSha256()))
        .ifPresent(before -> {
          throw JsonFields.corrupt(
              log.key(manifest.version()),
              "a predecessor with sha256 " + manifest.previousSha256(),
              "sha256 " + before.sha256());
        });
  }

  /// Commits a change on top of {@link #current}.
  ///
  /// FENCED: somebody else owns the chain; drop the tail and claim again. DISK_FULL: nothing was
  /// written, the chain stands where it was. STORE_FAILED: the outcome is unknown; call again with
  /// an equal change, which resolves it, or claim again. IllegalArgumentException: the change would
  /// break an invariant of the chain, and the message says which.
  public synchronized Manifest commit(Change change) {
    Standing before = standing();
    Unresolved pending = unresolved;
    if (pending == null) {
      Manifest manifest =
          new ManifestDraft(before.manifest(), pages, change)
              .build(before.sha256(), commitIds.get());
      pending = new Unresolved(change, manifest, ManifestCodec.encode(manifest));
    } else if (!pending.change().equals(change)) {
      throw new IllegalStateException(
          "The outcome of the commit of manifest %d in %s is unknown: repeat that change or claim again before another one."
              .formatted(pending.manifest().version(), prefix));
    }
    if (!append(pending)) {
      TytoException reason =
          fenced("another writer committed manifest %d", pending.manifest().version());
      loss = reason;
      standing = null;
      throw reason;
    }
    standing = new Standing(pending.manifest(), SealedJson.sha256(pending.document()));
    return pending.manifest();
  }

  private boolean append(Unresolved commit) {
    try {
      boolean isOurs = log.append(commit.manifest().version(), commit.document());
      unresolved = null;
      return isOurs;
    } catch (TytoException e) {
      if (e.code() == ErrorCode.STORE_FAILED) {
        unresolved = commit;
      }
      throw e;
    }
  }

  private TytoException fenced(String why, long version) {
    return new TytoException(
        ErrorCode.FENCED,
        "%s: %s, so this process does not own the partition. Drop what is not committed and claim again."
            .formatted(prefix, why.formatted(version)));
  }

  /// All segments of a manifest in commit order, those of its pages first.
  public List<SegmentEntry> segments(Manifest manifest) {
    return contents(manifest).segments();
  }

  /// All holes of a manifest, those of its pages first.
  public List<Hole> holes(Manifest manifest) {
    return contents(manifest).holes();
  }

  /// Everything a manifest says, its pages included. MANIFEST_CORRUPT where a page is damaged.
  public Contents contents(Manifest manifest) {
    return pages.all(manifest);
  }

  /// Whether the manifest has committed anything of the log.
  public boolean knows(Manifest manifest, String logId) {
    return manifest.next().containsKey(logId) || contents(manifest).next().containsKey(logId);
  }

  /// First offset of the log not committed yet; 0 for a log that the manifest does not know.
  public long next(Manifest manifest, String logId) {
    Long here = manifest.next().get(logId);
    return here != null ? here : contents(manifest).next().getOrDefault(logId, 0L);
  }

  /// Offset from which event ids of the log must be known; 0 where nothing is said.
  public long dedupFrom(Manifest manifest, String logId) {
    Long here = manifest.dedupFrom().get(logId);
    return here != null ? here : contents(manifest).dedupFrom().getOrDefault(logId, 0L);
  }

  /// Whether the manifest says of a log that it begins here, though nothing of it is committed: so
  /// it is with that of a restored folder, which takes the place of the log that is not in a
  /// backup.
  public boolean expects(Manifest manifest, String logId) {
    return contents(manifest).dedupFrom().containsKey(logId);
  }

  /// Store key of a segment of this partition.
  public String segmentKey(String file) {
    return StoreKeys.segment(prefix, file);
  }
}
