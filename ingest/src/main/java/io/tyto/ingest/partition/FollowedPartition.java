package io.tyto.ingest.partition;

import io.tyto.engine.view.BoundView;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.store.manifest.Contents;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A partition that another process owns: its committed rows, as of the newest manifest that was
/// seen. Nothing is claimed, written or deleted.
///
/// Thread-safe. Lifetime: from {@link #open} to {@link #close}; snapshots keep what they hold.
public final class FollowedPartition implements PartitionView {
  private final PartitionId id;
  private final PartitionHost host;
  private final Alarms alarms = new Alarms();
  private final ManifestChain chain;
  private final SegmentFiles files;
  private final LiveRows live = new LiveRows(NOTHING, Map.of());
  private volatile @Nullable TailReplica tail;

  /// Clock of this process when the newest manifest was committed, as far as that is known.
  private volatile long committedNanos = System.nanoTime();

  /// Before anybody claimed.
  private static final Manifest NOTHING =
      new Manifest(
          Set.of(),
          0,
          "",
          0,
          "",
          "",
          0,
          Map.of(),
          List.of(),
          List.of(),
          List.of(),
          Map.of(),
          Counts.ZERO,
          List.of());

  /// Opens what is committed. MANIFEST_CORRUPT, STORE_FAILED.
  public static FollowedPartition open(PartitionId id, PartitionHost host) {
    FollowedPartition partition = new FollowedPartition(id, host);
    try {
      partition.refresh();
    } catch (RuntimeException | Error e) {
      partition.close();
      throw e;
    }
    return partition;
  }

  private FollowedPartition(PartitionId id, PartitionHost host) {
    this.id = id;
    this.host = host;
    this.chain = new ManifestChain(host.store(), id.prefix(), host.writerId());
    this.files = new SegmentFiles(id, host.store(), host.disk(), chain, alarms);
  }

  /// Takes over what was committed since. A manifest that rests on a newer catalog than is known
  /// here waits for the next call. MANIFEST_CORRUPT, STORE_FAILED; what was open stays.
  public synchronized void refresh() {
    Optional<Manifest> newer = chain.newerThan(live.manifest().version());
    while (newer.isPresent()
        && newer.get().configVersion() <= host.schemas().catalogVersion()
        && !follow(newer.get())) {
      newer = chain.newerThan(newer.get().version());
    }
  }

  /// Returns false, and takes nothing over, where a segment could not be opened and a newer
  /// manifest may not name it any more.
  private boolean follow(Manifest manifest) {
    Map<String, LiveSegment> standing = live.byFile();
    List<LiveSegment> opened = new ArrayList<>();
    List<LiveSegment> segments = new ArrayList<>();
    List<SegmentEntry> state = new ArrayList<>();
    Contents contents = chain.contents(manifest);
    for (SegmentEntry entry : contents.segments()) {
      LiveSegment known = standing.get(entry.file());
      if (entry.kind() == Kind.STATE) {
        state.add(entry);
      } else if (known != null && !known.isDamaged()) {
        segments.add(known);
      } else if (entry.kind() != Kind.CUBE) {
        LiveSegment segment = files.open(entry);
        opened.add(segment);
        segments.add(segment);
      }
    }
    boolean isDamaged = opened.stream().anyMatch(LiveSegment::isDamaged);
    if (isDamaged && chain.newerThan(manifest.version()).isPresent()) {
      opened.forEach(LiveSegment::release);
      return false;
    }
    long ageMillis = Math.max(0, host.store().nowMillis() - chain.storedMillis(manifest.version()));
    committedNanos = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(ageMillis);
    TailReplica replica = tail;
    if (replica == null) {
      live.standOn(manifest, contents.next(), segments, state);
    } else {
      replica.follow(manifest, () -> live.standOn(manifest, contents.next(), segments, state));
    }
    forgetDamage(segments);
    return true;
  }

  /// Segments that nothing names any more raise no alarm.
  private void forgetDamage(List<LiveSegment> segments) {
    Set<String> damaged = new HashSet<>();
    segments.stream()
        .filter(LiveSegment::isDamaged)
        .forEach(segment -> damaged.add(segment.entry().file()));
    alarms.topics().stream().filter(file -> !damaged.contains(file)).forEach(alarms::clear);
  }

  /// Begins to replicate what its owner has not sealed; readers of its logs bring that. In the
  /// place of the replica of before, if there was one.
  public synchronized TailReplica replicate(boolean hasEntity) {
    endReplica();
    TailReplica fresh = new TailReplica(id, host, live, chain, files, hasEntity);
    tail = fresh;
    return fresh;
  }

  /// Ends that.
  public synchronized void endReplica() {
    TailReplica standing = tail;
    tail = null;
    if (standing != null) {
      standing.close();
    }
  }

  /// Null where the tail is not replicated here.
  public @Nullable TailReplica replica() {
    return tail;
  }

  /// As {@link #addTo(SnapshotSources, int, Kind)}, and what the owner has not sealed as far as the
  /// replica has it. SHARDS_MISSING where there is none.
  public void addWithTail(SnapshotSources snapshot, int collection, Kind kind) {
    TailReplica replica = tail;
    if (replica == null) {
      throw new TytoException(
          ErrorCode.SHARDS_MISSING,
          "the newest rows of partition %s are not replicated here any more; try again in a moment"
              .formatted(id));
    }
    live.atomically(() -> {
      live.addTo(snapshot, id, collection, kind);
      replica.addTo(snapshot, collection, kind);
    });
  }

  /// How long ago the newest manifest was committed: rows that came later are not seen yet.
  public long ageMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - committedNanos);
  }

  /// Name of the process that committed last; empty where nobody did.
  public String owner() {
    return PartitionHost.nodeOf(live.manifest().writerId());
  }

  @Override
  public PartitionId id() {
    return id;
  }

  @Override
  public void addTo(SnapshotSources snapshot, int collection, Kind kind) {
    live.addTo(snapshot, id, collection, kind);
    snapshot.noteAge(ageMillis());
  }

  @Override
  public void addTo(ViewSources target, BoundView view) {
    live.addTo(target, view);
  }

  @Override
  public ViewStanding standing(BoundView view) {
    return ViewStanding.of(live, view, null, null);
  }

  @Override
  public List<SegmentEntry> segments(int collection) {
    return live.entries(collection, Kind.DATA);
  }

  @Override
  public Standing standing(int collection) {
    return live.standing(collection);
  }

  @Override
  public PartitionStatus status(String group) {
    Manifest manifest = live.manifest();
    return new PartitionStatus(
        group,
        id.partition(),
        owner(),
        ageMillis(),
        manifest.epoch(),
        manifest.version(),
        0,
        0,
        Partition.gaps(chain.holes(manifest)),
        null);
  }

  @Override
  public long uncommittedRecords() {
    return 0;
  }

  @Override
  public long sealAgeMillis() {
    return 0;
  }

  @Override
  public long logBytes() {
    return 0;
  }

  @Override
  public Manifest manifest() {
    return live.manifest();
  }

  @Override
  public List<String> alarms() {
    TailReplica replica = tail;
    List<String> all = new ArrayList<>(alarms.all());
    if (replica != null) {
      all.addAll(replica.alarms());
    }
    return all;
  }

  @Override
  public void close() {
    endReplica();
    live.close();
  }
}
