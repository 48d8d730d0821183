package io.tyto.ingest;

import io.tyto.ingest.config.StoredRows;
import io.tyto.ingest.partition.FollowedPartition;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.partition.PartitionHost;
import io.tyto.ingest.partition.PartitionId;
import io.tyto.ingest.partition.PartitionView;
import io.tyto.ingest.partition.SnapshotSources;
import io.tyto.ingest.partition.TailReplica;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.AdminService.CollectionStatus;
import io.tyto.model.port.AdminService.Joining;
import io.tyto.model.port.AdminService.PartitionStatus;
import io.tyto.model.port.AdminService.Rewriting;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.StoreKeys;
import io.tyto.store.catalog.CatalogState;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The partitions of all groups as this process has them: owned, or followed where others own them.
/// Thread-safe.
final class Partitions implements AutoCloseable {
  private final PartitionHost host;
  private final CollectionDirectory directory;

  /// Lists are replaced, never changed.
  private final Map<Integer, List<PartitionView>> byGroup = new ConcurrentSkipListMap<>();

  /// What stood in the place of partitions that are owned since, and is shown until they have read
  /// as far.
  private final Map<PartitionId, FollowedPartition> standIns = new ConcurrentHashMap<>();

  /// Owned, but about to be handed over: nothing more is given to them.
  private final Set<PartitionView> leaving = ConcurrentHashMap.newKeySet();

  /// Who collects a snapshot reads: a partition that was replaced is closed behind him.
  private final ReentrantReadWriteLock collecting = new ReentrantReadWriteLock();

  Partitions(PartitionHost host, CollectionDirectory directory) {
    this.host = host;
    this.directory = directory;
  }

  /// Opens the partitions of groups that are not open yet: as their owner where this process is
  /// alone, else as one who follows.
  synchronized void openAll() {
    for (CatalogState.Group group : directory.state().groups().values()) {
      if (!byGroup.containsKey(group.id())) {
        byGroup.put(group.id(), open(group));
      }
    }
  }

  /// Opens new groups and makes the others use the newest schemas for what comes now. What it
  /// returns completes when all that came before is committed.
  synchronized CompletableFuture<Void> takeOverSchemas() {
    List<Partition> standing = owned();
    openAll();
    return CompletableFuture.allOf(
        standing.stream().map(this::takeOverSchemas).toArray(CompletableFuture<?>[]::new));
  }

  private CompletableFuture<Void> takeOverSchemas(Partition partition) {
    try {
      return partition.takeOverSchemas();
    } catch (TytoException e) {
      // Whoever owns it next begins with the newest ones.
      if (isAlone() || (e.code() != ErrorCode.FENCED && e.code() != ErrorCode.DRAINING)) {
        throw e;
      }
      return CompletableFuture.completedFuture(null);
    }
  }

  private boolean isAlone() {
    return host.options().node() == null;
  }

  List<PartitionView> all() {
    List<PartitionView> all = new ArrayList<>();
    byGroup.values().forEach(all::addAll);
    return all;
  }

  boolean isOpen(int groupId) {
    return byGroup.containsKey(groupId);
  }

  List<PartitionView> viewsOf(int groupId) {
    List<PartitionView> partitions = byGroup.get(groupId);
    if (partitions == null) {
      throw new TytoException(
          ErrorCode.DRAINING,
          "the partitions of this collection are not open; try again in a moment");
    }
    return partitions;
  }

  /// Visits the partitions of a group, none of which is closed before the visit ends.
  void collect(int groupId, Consumer<PartitionView> visitor) {
    collecting.readLock().lock();
    try {
      viewsOf(groupId).forEach(visitor);
    } finally {
      collecting.readLock().unlock();
    }
  }

  /// Adds the rows of a collection in all partitions of its group to a snapshot.
  ///
  /// @param tails partitions whose tails others own and are wanted too; SHARDS_MISSING where one of
  ///   them is not replicated here
  void addTo(SnapshotSources snapshot, int groupId, int collection, Kind kind, Set<Integer> tails) {
    collect(
        groupId,
        view -> {
          FollowedPartition standIn = standIns.get(view.id());
          if (standIn != null && !isOvertaken(standIn, view)) {
            standIn.addWithTail(snapshot, collection, kind);
          } else if (view instanceof FollowedPartition followed
              && tails.contains(view.id().partition())) {
            followed.addWithTail(snapshot, collection, kind);
          } else {
            view.addTo(snapshot, collection, kind);
          }
        });
  }

  private static boolean isOvertaken(FollowedPartition standIn, PartitionView view) {
    TailReplica replica = standIn.replica();
    return replica == null
        || replica.spoiled() != null
        || !(view instanceof Partition owned)
        || owned.isAsFarAs(replica);
  }

  /// Lets go of what stands in for partitions of a group that have read as far.
  void dropStandIns(int groupId) {
    for (PartitionView view : viewsOf(groupId)) {
      FollowedPartition standIn = standIns.get(view.id());
      if (standIn != null && isOvertaken(standIn, view)) {
        drop(view.id());
      }
    }
  }

  /// Behind those who read it.
  private void drop(PartitionId id) {
    FollowedPartition standIn;
    collecting.writeLock().lock();
    try {
      standIn = standIns.remove(id);
    } finally {
      collecting.writeLock().unlock();
    }
    if (standIn != null) {
      standIn.close();
    }
  }

  /// What is owned here.
  List<Partition> owned() {
    List<Partition> owned = new ArrayList<>();
    for (PartitionView view : all()) {
      if (view instanceof Partition partition && !leaving.contains(partition)) {
        owned.add(partition);
      }
    }
    return owned;
  }

  /// Those of a group that are owned here, by number.
  Map<Integer, Partition> ownedOf(int groupId) {
    Map<Integer, Partition> owned = new TreeMap<>();
    for (PartitionView view : viewsOf(groupId)) {
      if (view instanceof Partition partition && !leaving.contains(partition)) {
        owned.put(view.id().partition(), partition);
      }
    }
    return owned;
  }

  /// The tails of a group that are replicated here, by partition.
  Map<Integer, TailReplica> replicasOf(int groupId) {
    Map<Integer, TailReplica> replicas = new TreeMap<>();
    for (PartitionView view : viewsOf(groupId)) {
      TailReplica replica = view instanceof FollowedPartition followed ? followed.replica() : null;
      if (replica != null) {
        replicas.put(view.id().partition(), replica);
      }
    }
    return replicas;
  }

  /// All partitions of a group, for what needs to own them all. BAD_USER_INPUT where another
  /// process owns one.
  List<Partition> allOwnedOf(int groupId) {
    List<Partition> owned = new ArrayList<>();
    for (PartitionView view : viewsOf(groupId)) {
      if (!(view instanceof Partition partition)) {
        PartitionStatus status = view.status(directory.group(groupId).name());
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "this needs a process that owns all partitions of the group '%s', but %d is %s. Stop the others and start one with `ownership: all` for it"
                .formatted(
                    status.group(),
                    status.partition(),
                    status.owner().isEmpty() ? "nobody's yet" : "owned by " + status.owner()));
      }
      owned.add(partition);
    }
    return owned;
  }

  /// Nothing more is given to a partition from now on.
  void leave(Partition partition) {
    leaving.add(partition);
  }

  boolean isLeaving(Partition partition) {
    return leaving.contains(partition);
  }

  /// Owns a partition that was followed. Where its tail was replicated, that is shown until the
  /// owner has read as far: nothing that was answered is missing meanwhile, and nothing is there
  /// twice. FENCED where another process claimed at the same time.
  synchronized void claim(FollowedPartition followed) {
    PartitionId id = followed.id();
    Partition owned = Partition.open(id, host, directory.group(id.group()).entity() != null);
    TailReplica replica = followed.replica();
    if (replica == null || replica.spoiled() != null) {
      swap(followed, owned, followed);
    } else {
      standIns.put(id, followed);
      swap(followed, owned, null);
    }
  }

  /// Follows a partition that was owned.
  synchronized void follow(Partition owned) {
    swap(owned, FollowedPartition.open(owned.id(), host), owned);
    drop(owned.id());
    leaving.remove(owned);
  }

  /// @param closed afterwards; null: nothing
  private void swap(PartitionView before, PartitionView after, @Nullable PartitionView closed) {
    int group = before.id().group();
    List<PartitionView> changed = new ArrayList<>(viewsOf(group));
    changed.set(before.id().partition(), after);
    collecting.writeLock().lock();
    try {
      byGroup.put(group, List.copyOf(changed));
    } finally {
      collecting.writeLock().unlock();
    }
    if (closed != null) {
      closed.close();
    }
  }

  CollectionStatus statusOf(TableSchema schema) {
    long rows = 0;
    long tailRows = 0;
    int segments = 0;
    long bytes = 0;
    long deadLetters = 0;
    long lag = 0;
    long sealAgeMillis = 0;
    int outdated = 0;
    boolean isHiding = false;
    Joining joining = null;
    @Nullable String alarm = null;
    for (PartitionView partition : viewsOf(schema.groupId())) {
      PartitionView.Standing standing = partition.standing(schema.collectionId());
      rows += standing.rows();
      tailRows += standing.tailRows();
      segments += standing.segments();
      bytes += standing.bytes();
      deadLetters += standing.deadLetters();
      outdated += standing.outdated();
      isHiding |= standing.isHiding();
      Joining here = partition.joining(schema);
      if (here != null) {
        joining = joining == null ? here : joining.plus(here);
      }
      lag += partition.uncommittedRecords();
      sealAgeMillis = Math.max(sealAgeMillis, partition.sealAgeMillis());
      alarm = alarm != null || partition.alarms().isEmpty() ? alarm : partition.alarms().getFirst();
    }
    return new CollectionStatus(
        schema.name(),
        rows,
        tailRows,
        segments,
        bytes,
        deadLetters,
        lag,
        sealAgeMillis,
        alarm,
        isHiding ? rewriting(schema, segments, outdated) : null,
        joining);
  }

  private Rewriting rewriting(TableSchema schema, int segments, int outdated) {
    int version = directory.privacy(schema.collectionId()).changedAt();
    return new Rewriting(version, segments - outdated, segments, outdated == 0);
  }

  /// What a collection holds, for the plan of a config change.
  StoredRows stored(TableSchema schema, Instant asOf, StoredRows.Estimate estimate) {
    List<StoredRows.Segment> segments = new ArrayList<>();
    long tailRows = 0;
    for (PartitionView partition : viewsOf(schema.groupId())) {
      for (SegmentEntry entry : partition.segments(schema.collectionId())) {
        segments.add(new StoredRows.Segment(entry.rows(), entry.bytes(), entry.maxTime()));
      }
      tailRows += partition.standing(schema.collectionId()).tailRows();
    }
    return new StoredRows(segments, tailRows, asOf, estimate);
  }

  @Override
  public synchronized void close() {
    all().forEach(PartitionView::close);
    List.copyOf(standIns.keySet()).forEach(this::drop);
    byGroup.clear();
  }

  private List<PartitionView> open(CatalogState.Group group) {
    List<PartitionView> opened = new ArrayList<>();
    try {
      for (int i = 0; i < group.partitions(); i++) {
        PartitionId id =
            new PartitionId(StoreKeys.DEFAULT_PROJECT, group.id(), group.generation(), i);
        opened.add(
            isAlone()
                ? Partition.open(id, host, group.entity() != null)
                : FollowedPartition.open(id, host));
      }
      return List.copyOf(opened);
    } catch (RuntimeException | Error e) {
      opened.forEach(PartitionView::close);
      throw e;
    }
  }
}
