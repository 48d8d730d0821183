package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.INFO;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.source.RowSource;
import io.tyto.ingest.IngestOptions;
import io.tyto.ingest.log.LogEntry;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import io.tyto.store.manifest.ManifestChain;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The rows that the owner of a partition has not sealed yet, read a second time from the same log
/// by a process that follows the partition: so that somebody has them when the owner is gone.
/// Nothing is claimed, written or committed.
///
/// It shows what a process would show that became the owner at the newest manifest and had read as
/// far: the manifest's event ids and entities, and the log from `next` on, by the same code. Rows
/// go in the step that takes over the manifest which has them.
///
/// Where it has read as far as a manifest, what it decided is compared with what is committed. If
/// that differs, for the owner decoded by another config, or took in rows of another log, it is
/// spoiled: it shows nothing any more, and another is to take its place, which begins anew.
///
/// Thread-safe; one reader of each log calls it. Lifetime: until {@link #close}.
public final class TailReplica implements LogTarget, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(TailReplica.class.getName());

  /// Rows that go together once they are committed.
  private static final int BLOCK_ROWS = 1 << 14;

  /// Units of rows that came as columns: one is filled while another is sealed.
  private static final int LOADED_UNITS = 2;

  /// Offsets that it reads although they are committed: beyond that it is sooner to begin anew.
  private static final long MOST_BEHIND = 1 << 20;

  private static final long LOOK_SECONDS = 1;
  private static final String FULL = "tail replica";

  /// No log is its own.
  private static final String NO_LOG = "";

  private final PartitionId id;
  private final PartitionHost host;
  private final LiveRows live;
  private final ManifestChain chain;
  private final SegmentFiles files;
  private final boolean hasEntity;
  private final Alarms alarms = new Alarms();
  private final String name = UUID.randomUUID().toString();

  /// Where each log ended when its reading began, and began for who knows nothing of it.
  private final Map<String, Ends> ends = new ConcurrentHashMap<>();

  /// Held for all that changes; what snapshots see changes under the lock of the live rows, too.
  private final ReentrantLock applying = new ReentrantLock();

  private final Condition room = applying.newCondition();
  private final List<Block> blocks = new ArrayList<>();
  private volatile Map<String, Long> applied = Map.of();
  private volatile Map<String, Long> committed = Map.of();
  private volatile @Nullable Base base;
  private long rowsForgotten;
  private long lettersForgotten;
  private boolean isUnchecked;
  private boolean isClosed;
  private volatile @Nullable String spoiled;

  private record Ends(long start, long end) {}

  /// Offsets of one log from one on, and what they brought.
  private static final class Block {
    private final TailUnit unit;
    private final String logId;
    private final long from;
    private long next;

    private Block(TailUnit unit, String logId, long from) {
      this.unit = unit;
      this.logId = logId;
      this.from = from;
      this.next = from;
    }
  }

  /// What records are applied by.
  private static final class Base {
    private final Manifest manifest;
    private final DeliveryIntake intake;
    private final @Nullable EntityTable entities;
    private final Set<String> checkedState = new HashSet<>();
    private int checkedEntity;

    private Base(Manifest manifest, DeliveryIntake intake, @Nullable EntityTable entities) {
      this.manifest = manifest;
      this.intake = intake;
      this.entities = entities;
      this.checkedEntity = entities == null ? 0 : entities.size();
    }
  }

  TailReplica(
      PartitionId id,
      PartitionHost host,
      LiveRows live,
      ManifestChain chain,
      SegmentFiles files,
      boolean hasEntity) {
    this.id = id;
    this.host = host;
    this.live = live;
    this.chain = chain;
    this.files = files;
    this.hasEntity = hasEntity;
  }

  @Override
  public PartitionId id() {
    return id;
  }

  @Override
  public boolean knows(String logId) {
    return applied.containsKey(logId) || chain.knows(begins(), logId);
  }

  /// Where a reader goes on.
  @Override
  public long committedNext(String logId) {
    Long known = applied.get(logId);
    return known != null ? known : chain.next(begins(), logId);
  }

  /// The manifest behind which it reads, or would now.
  private Manifest begins() {
    Base begun = base;
    return begun == null ? live.manifest() : begun.manifest;
  }

  /// Takes what the log brought, once there is room for it.
  @Override
  public CompletableFuture<Partition.Appended> load(Delivery delivery) throws InterruptedException {
    Base read = begun();
    applying.lockInterruptibly();
    try {
      Base begun = start(read);
      waitForRoom(delivery.unitBytes());
      long from = standsAt(delivery.logId(), delivery.start());
      if (delivery.next() <= from) {
        advance(delivery.logId(), from, () -> {});
        return CompletableFuture.completedFuture(new Partition.Appended(0, 0));
      }
      Block block = blockFor(delivery, from, begun);
      Partition.Appended appended = begun.intake.apply(delivery, from, block.unit);
      advance(
          delivery.logId(),
          delivery.next(),
          () -> {
            block.unit.publish();
            block.next = delivery.next();
          });
      check(live.manifest());
      forgetCommitted();
      return CompletableFuture.completedFuture(appended);
    } finally {
      applying.unlock();
    }
  }

  /// Goes on once the owner has committed the gap. LOG_UNAVAILABLE until then: it is the owner that
  /// asks whether the loss is accepted.
  @Override
  public void skip(String logId, long start, LogEntry.Gap gap) throws InterruptedException {
    Base read = begun();
    applying.lockInterruptibly();
    try {
      Base _ = start(read);
      if (standsAt(logId, start) >= gap.next()) {
        return;
      }
      if (chain.next(live.manifest(), logId) < gap.next()) {
        throw new TytoException(
            ErrorCode.LOG_UNAVAILABLE,
            "records %d to %d are gone, and the owner of partition %s has not gone on without them yet"
                .formatted(gap.from(), gap.next() - 1, id));
      }
      advance(logId, gap.next(), () -> {});
      check(live.manifest());
      forgetCommitted();
    } finally {
      applying.unlock();
    }
  }

  /// Says where a log ended when its reading began; counts the first time only.
  ///
  /// @param start offset from which the log is read at all
  public void expect(String logId, long start, long end) {
    ends.putIfAbsent(logId, new Ends(start, end));
  }

  /// Whether all is shown that a log held when its reading began.
  public boolean isCaughtUp(String logId) {
    Ends expected = ends.get(logId);
    return spoiled == null
        && expected != null
        && shownTo(logId, expected.start()) >= expected.end();
  }

  /// Why it is of no use any more; null where it is.
  public @Nullable String spoiled() {
    return spoiled;
  }

  /// By log, the offset below which everything is shown; of those that brought anything.
  Map<String, Long> reach() {
    return applied;
  }

  List<String> alarms() {
    return alarms.all();
  }

  /// Lets a newer manifest stand, in one step with hiding the rows that it has. What is compared
  /// with it is compared at once.
  void follow(Manifest manifest, Runnable stand) {
    applying.lock();
    try {
      Map<String, Long> next = new HashMap<>();
      for (String logId : applied.keySet()) {
        next.put(logId, chain.next(manifest, logId));
      }
      live.atomically(() -> {
        stand.run();
        committed = Map.copyOf(next);
      });
      isUnchecked = base != null;
      check(manifest);
      forgetCommitted();
      room.signalAll();
    } finally {
      applying.unlock();
    }
  }

  /// Adds the rows that the newest manifest does not have. To be called under the lock of the live
  /// rows. SHARDS_MISSING where this is of no use.
  void addTo(SnapshotSources snapshot, int collection, Kind kind) {
    String reason = spoiled;
    if (reason != null) {
      throw new TytoException(
          ErrorCode.SHARDS_MISSING,
          "the newest rows of partition %s are read anew here: %s".formatted(id, reason));
    }
    snapshot.noteReplica(id.partition(), name);
    snapshot.reaches(id.partition(), applied);
    for (Block block : blocks) {
      long next = committed.getOrDefault(block.logId, block.from);
      List<RowSource> rows = rowsOf(block, collection, kind);
      snapshot.add(block.from >= next ? rows : LaterRows.from(rows, next));
    }
  }

  /// Its memory is given back; nothing is taken any more.
  @Override
  public void close() {
    applying.lock();
    try {
      isClosed = true;
      spoil("it is not replicated here any more");
      Base begun = base;
      if (begun != null && begun.entities != null) {
        begun.entities.close();
      }
      base = null;
    } finally {
      applying.unlock();
    }
  }

  private void requireOpen() {
    if (isClosed || spoiled != null) {
      throw new TytoException(
          ErrorCode.DRAINING,
          "the tail of partition " + id + " is not replicated by this any more");
    }
  }

  /// What records are applied by, read from the newest manifest the first time.
  private Base begun() {
    Base known = base;
    if (known != null) {
      return known;
    }
    LiveRows.Held held = live.hold();
    EntityTable table = null;
    try {
      DedupWindow dedup = new DedupWindow(host.options().dedupWindow(), NO_LOG);
      new EventIdReader(host.schemas(), dedup, alarms)
          .readInto(chain.contents(held.manifest()), NO_LOG, held.segments());
      if (hasEntity) {
        int last = 0;
        for (SegmentEntry entry : held.state()) {
          last = Math.max(last, files.lastEntity(entry));
        }
        table = new EntityTable(last);
        files.restore(table, held.state());
      }
      Base begun = new Base(held.manifest(), new DeliveryIntake(dedup), table);
      held.state().forEach(entry -> begun.checkedState.add(entry.file()));
      return begun;
    } catch (RuntimeException | Error e) {
      if (table != null) {
        table.close();
      }
      throw e;
    } finally {
      held.segments().forEach(LiveSegment::release);
    }
  }

  /// In one step with the first records, so that nothing is compared before there are any.
  private Base start(Base read) {
    Base begun = base;
    boolean isTaken = begun == null && !isClosed && spoiled == null;
    if (!isTaken && begun != read && read.entities != null) {
      read.entities.close();
    }
    requireOpen();
    if (begun == null) {
      base = read;
      isUnchecked = true;
      return read;
    }
    return begun;
  }

  /// Waits while it holds as much as its owner may: the unit that is filled and those that wait for
  /// their seal.
  private void waitForRoom(long unitBytes) throws InterruptedException {
    IngestOptions.Seal seal = host.options().seal();
    while (heldBytes(TailUnit::sizeBytes) >= (seal.maxWaiting() + 1) * seal.bytes()
        || heldBytes(TailUnit::loadedBytes) >= LOADED_UNITS * unitBytes) {
      alarms.raise(
          FULL,
          "%,d bytes of rows that the owner has not sealed are held of partition %s, as many as may be, so its log is read no further here. See `tyto status` on the owner for what its seals wait for; where nobody owns it, see `tyto cluster status`"
              .formatted(heldBytes(unit -> unit.sizeBytes() + unit.loadedBytes()), id));
      boolean _ = room.await(LOOK_SECONDS, TimeUnit.SECONDS);
      requireOpen();
    }
    alarms.clear(FULL);
  }

  private long heldBytes(ToLongFunction<TailUnit> bytes) {
    return blocks.stream().mapToLong(block -> bytes.applyAsLong(block.unit)).sum();
  }

  /// The first offset of a log that was not applied.
  ///
  /// @param start where nothing of the log is known
  private long standsAt(String logId, long start) {
    return knows(logId) ? committedNext(logId) : start;
  }

  /// The first offset of a log that a snapshot does not have.
  private long shownTo(String logId, long start) {
    Manifest manifest = live.manifest();
    long next = chain.knows(manifest, logId) ? chain.next(manifest, logId) : start;
    return Math.max(next, applied.getOrDefault(logId, next));
  }

  /// @param step seen together with it
  private void advance(String logId, long next, Runnable step) {
    Map<String, Long> further = new HashMap<>(applied);
    further.put(logId, next);
    Map<String, Long> standing = new HashMap<>(committed);
    standing.computeIfAbsent(logId, id -> chain.next(live.manifest(), id));
    live.atomically(() -> {
      step.run();
      applied = Map.copyOf(further);
      committed = Map.copyOf(standing);
    });
  }

  private Block blockFor(Delivery delivery, long from, Base begun) {
    Block last = blocks.isEmpty() ? null : blocks.getLast();
    if (last != null
        && last.logId.equals(delivery.logId())
        && last.unit.rowCount() < BLOCK_ROWS
        && last.from >= committed.getOrDefault(last.logId, last.from)
        && !DeliveryIntake.isNewer(delivery, last.unit)) {
      return last;
    }
    Block fresh =
        new Block(
            new TailUnit(id, host.schemas(), begun.entities, null, null), delivery.logId(), from);
    live.atomically(() -> blocks.add(fresh));
    return fresh;
  }

  /// Lets blocks go of which everything is committed.
  private void forgetCommitted() {
    List<Block> gone =
        blocks.stream()
            .filter(block -> block.next <= committed.getOrDefault(block.logId, Long.MIN_VALUE))
            .toList();
    for (Block block : gone) {
      rowsForgotten += below(block, Kind.DATA, block.next);
      lettersForgotten += below(block, Kind.DEAD, block.next);
    }
    live.atomically(() -> blocks.removeAll(gone));
  }

  /// Compares what was decided with a manifest, once everything is applied that it has.
  private void check(Manifest manifest) {
    Base begun = base;
    if (begun == null || !isUnchecked || spoiled != null) {
      return;
    }
    try {
      String difference = difference(manifest, begun);
      if (difference != null) {
        spoil(difference);
      }
    } catch (TytoException e) {
      spoil(String.valueOf(e.getMessage()));
    }
  }

  private @Nullable String difference(Manifest manifest, Base begun) {
    for (Map.Entry<String, Long> log : manifest.next().entrySet()) {
      Long mine = applied.get(log.getKey());
      long next = log.getValue();
      if (mine == null && next != chain.next(begun.manifest, log.getKey())) {
        return "rows of " + log.getKey() + " were committed, which is not read here";
      }
      if (mine != null && next - mine > MOST_BEHIND) {
        return "its owner is %d records ahead".formatted(next - mine);
      }
      if (mine != null && mine < next) {
        return null;
      }
    }
    isUnchecked = false;
    Counts now = manifest.counts();
    Counts then = begun.manifest.counts();
    long rows = rowsForgotten + committedOf(Kind.DATA);
    long letters = lettersForgotten + committedOf(Kind.DEAD);
    long stored = now.read() - now.duplicates() - then.read() + then.duplicates();
    if (rows != now.rows() - then.rows() || rows + letters != stored) {
      return "%d rows and %d dead letters were made of what became %d rows and %d dead letters at its owner"
          .formatted(rows, letters, now.rows() - then.rows(), stored - now.rows() + then.rows());
    }
    return begun.entities == null || areEqual(begun.entities, begun)
        ? null
        : "entities have other numbers at its owner";
  }

  private long committedOf(Kind kind) {
    long count = 0;
    for (Block block : blocks) {
      count += below(block, kind, committed.getOrDefault(block.logId, block.from));
    }
    return count;
  }

  /// Rows or dead letters at offsets below one.
  private static long below(Block block, Kind kind, long offset) {
    long count = 0;
    Map<Integer, CollectionTail> tails =
        kind == Kind.DEAD ? block.unit.deadLetters() : block.unit.rows();
    for (CollectionTail tail : tails.values()) {
      for (RowSource source : tail.view()) {
        count += offset > block.from ? LaterRows.below(source, offset) : 0;
      }
    }
    return count;
  }

  /// Whether entities that were committed since have the ids that they were given here.
  private boolean areEqual(EntityTable entities, Base begun) {
    List<SegmentEntry> standing = live.stateEntries(SegmentFiles.WHOLE_GROUP);
    int before = begun.checkedEntity;
    boolean[] differs = {false};
    for (SegmentEntry entry : standing) {
      int last = begun.checkedState.contains(entry.file()) ? 0 : files.lastEntity(entry);
      if (last > before) {
        files.readState(
            entry,
            key -> {
              byte[] bytes = key.key();
              differs[0] |= key.id() > before && bytes != null && entities.find(bytes) != key.id();
            });
        begun.checkedEntity = Math.max(begun.checkedEntity, last);
      }
    }
    begun.checkedState.clear();
    standing.forEach(entry -> begun.checkedState.add(entry.file()));
    return !differs[0];
  }

  private void spoil(String reason) {
    if (spoiled == null) {
      LOG.log(INFO, "the tail replica of partition {0} ends: {1}", id, reason);
    }
    live.atomically(() -> {
      spoiled = reason;
      blocks.clear();
    });
    alarms.clear(FULL);
    room.signalAll();
  }

  private static List<RowSource> rowsOf(Block block, int collection, Kind kind) {
    return TailUnit.view(
        (kind == Kind.DEAD ? block.unit.deadLetters() : block.unit.rows()).get(collection));
  }
}
