package io.tyto.engine;

import io.tyto.engine.group.GroupScan;
import io.tyto.engine.plan.LeafScan;
import io.tyto.engine.scan.MemoryBudget;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.shipping.FoundGroups;
import io.tyto.engine.shipping.RowCutter;
import io.tyto.engine.shipping.ScanShare;
import io.tyto.engine.shipping.StateTable;
import io.tyto.engine.snapshot.Reach;
import io.tyto.engine.snapshot.SnapshotProvider;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.Filter;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// This process's part in questions that several nodes answer: the rows of some partitions, held as
/// they were when the question came.
///
/// What is asked was allowed where it was asked, so nothing is checked here but names. Thread-safe;
/// calls block. Lifetime: a lease that nobody uses for as long as cursors live is let go by {@link
/// #sweep}; {@link #close} lets go of all.
public final class LeafService implements AutoCloseable {
  /// Of all questions under way; each holds segments open.
  static final int MAX_LEASES = 4_096;

  private final SnapshotProvider snapshots;
  private final Scans scans;
  private final Duration lifetime;
  private final InstantSource clock;
  private final Map<String, Lease> leases = new ConcurrentHashMap<>();

  /// What scans need of the process.
  interface Scans {
    MemoryBudget budget(QueryContext context);

    ScanContext context(QueryContext context, MemoryBudget budget);

    /// The filter with the entities of its cohorts, of which those of this node's partitions are
    /// all that it needs.
    ///
    /// @param tails partitions of others whose newest rows are read here
    @Nullable Filter resolved(
        @Nullable Filter where, int groupId, Set<Integer> tails, ScanContext scan);
  }

  /// What was opened.
  ///
  /// @param lease by which it is asked for
  /// @param id of its rows: equal ids mean equal rows
  /// @param time bounds of event time, null without any
  public record Opened(
      String lease,
      int schemaVersion,
      String id,
      TableSnapshot.Facts facts,
      boolean hasEntityIds,
      @Nullable LongRange time) {}

  /// Used by one call at a time or by several; the last use counts.
  private static final class Lease {
    final TableSnapshot snapshot;
    final List<RowSource> sources;
    final Set<Integer> tails;
    volatile Instant until;

    Lease(TableSnapshot snapshot, List<RowSource> sources, Set<Integer> tails, Instant until) {
      this.snapshot = snapshot;
      this.sources = sources;
      this.tails = Set.copyOf(tails);
      this.until = until;
    }
  }

  /// @param lifetime of a lease from its last use: no shorter than that of cursors, which page
  ///   through what it holds
  LeafService(SnapshotProvider snapshots, Scans scans, Duration lifetime, InstantSource clock) {
    this.snapshots = snapshots;
    this.scans = scans;
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /// Holds the rows of some partitions of a collection as they are now. UNKNOWN_COLLECTION,
  /// OVERLOADED; SHARDS_MISSING where a tail is not read here.
  ///
  /// @param tails those of the partitions whose newest rows another node owns and this one reads
  ///   too
  public Opened open(
      String collection, Set<Integer> partitions, Set<Integer> tails, QueryContext context) {
    if (leases.size() >= MAX_LEASES) {
      throw new TytoException(
          ErrorCode.OVERLOADED,
          "a node holds %d snapshots for questions of others already".formatted(MAX_LEASES));
    }
    TableSnapshot snapshot = snapshots.snapshot(collection, tails, context);
    try {
      List<RowSource> sources =
          snapshot.sources().stream()
              .filter(source -> partitions.contains(source.partition()))
              .toList();
      Opened opened =
          new Opened(
              UUID.randomUUID().toString(),
              snapshot.schema().version(),
              snapshot.id(),
              facts(snapshot.facts(), partitions),
              sources.stream().allMatch(LeafService::hasEntityIds),
              LeafScan.bounds(snapshot.schema(), sources, snapshot.schema().timeColumn(), context));
      leases.put(
          opened.lease(), new Lease(snapshot, sources, tails, clock.instant().plus(lifetime)));
      return opened;
    } catch (RuntimeException | Error e) {
      snapshot.close();
      throw e;
    }
  }

  /// Of the partitions that were asked for.
  private static TableSnapshot.Facts facts(TableSnapshot.Facts all, Set<Integer> partitions) {
    Map<Integer, Map<String, Long>> reach = new HashMap<>();
    for (Integer partition : partitions) {
      reach.put(partition, all.reach().next().getOrDefault(partition, Map.of()));
    }
    return new TableSnapshot.Facts(
        all.deadLetters(),
        all.ingestLagMillis(),
        all.made(),
        new Reach(reach),
        all.sealed(),
        all.missing());
  }

  /// What is not here was sealed, and so has them: it is not brought for that.
  private static boolean hasEntityIds(RowSource source) {
    return source.rowCount() == 0
        || source.distantTimes() != null
        || source.column(SystemColumns.ENTITY) != null;
  }

  /// Leases that are held now: a metric.
  public int leases() {
    return leases.size();
  }

  /// Lets go of leases whose nodes have gone without a word.
  void sweep() {
    Instant now = clock.instant();
    leases.forEach((id, lease) -> {
      if (lease.until.isBefore(now)) {
        close(id);
      }
    });
  }

  /// SNAPSHOT_GONE where the lease has ended.
  public @Nullable LongRange bounds(String lease, String column, QueryContext context) {
    try (TableSnapshot snapshot = take(lease)) {
      ColumnSpec spec = snapshot.schema().column(column);
      if (spec == null) {
        throw new TytoException(
            ErrorCode.BAD_USER_INPUT,
            "collection %s has no field %s".formatted(snapshot.schema().name(), column));
      }
      return LeafScan.bounds(snapshot.schema(), sources(lease), spec, context);
    }
  }

  /// Scans the rows of a lease. SNAPSHOT_GONE; otherwise as any scan.
  ///
  /// @param asking makes the question, of the schema that was opened
  public FoundGroups scan(
      String lease, Function<TableSchema, ScanShare> asking, QueryContext context) {
    try (MemoryBudget budget = scans.budget(context);
        ScanContext scan = scans.context(context, budget)) {
      return scan(lease, asking, scan);
    }
  }

  /// The same as part of a question of this process: with the turn that it has already, as one that
  /// waited for another of its own would wait for ever.
  public FoundGroups scan(String lease, Function<TableSchema, ScanShare> asking, ScanContext scan) {
    try (TableSnapshot snapshot = take(lease)) {
      ScanShare share = asking.apply(snapshot.schema());
      GroupScan.Spec asked = share.spec();
      GroupScan.Spec own =
          new GroupScan.Spec(
              snapshot.schema(),
              asked.range(),
              scans.resolved(asked.where(), snapshot.schema().groupId(), held(lease).tails, scan),
              asked.keys(),
              asked.states(),
              asked.best());
      return LeafScan.run(new ScanShare(own, share.entities()), sources(lease), scan);
    }
  }

  /// The rows of a lease, for who lives in this process. SNAPSHOT_GONE. Not longer than the lease.
  public List<RowSource> rows(String lease) {
    return sources(lease);
  }

  /// Those rows of a lease that whoever asks does not have. SNAPSHOT_GONE.
  ///
  /// @param there by partition and log, an offset below which the rows are there already
  /// @param out is given the rows of a partition, in the order of its sources
  public void rows(
      String lease,
      Map<Integer, Map<String, Long>> there,
      BiConsumer<Integer, StateTable> out,
      QueryContext context) {
    try (TableSnapshot snapshot = take(lease)) {
      for (RowSource source : sources(lease)) {
        int partition = source.partition();
        new RowCutter(snapshot.schema(), there.getOrDefault(partition, Map.of()), context)
            .cut(source, table -> out.accept(partition, table));
      }
    }
  }

  /// Held for the call.
  private TableSnapshot take(String id) {
    Lease lease = leases.get(id);
    if (lease == null) {
      throw gone();
    }
    lease.until = clock.instant().plus(lifetime);
    try {
      return lease.snapshot.retain();
    } catch (IllegalStateException e) {
      throw gone();
    }
  }

  private List<RowSource> sources(String id) {
    return held(id).sources;
  }

  private Lease held(String id) {
    Lease lease = leases.get(id);
    if (lease == null) {
      throw gone();
    }
    return lease;
  }

  private static TytoException gone() {
    return new TytoException(
        ErrorCode.SNAPSHOT_GONE,
        "the rows that this question was asked of are not held any more; ask again");
  }

  /// Lets go of a lease, if it is there.
  public void close(String lease) {
    Lease ended = leases.remove(lease);
    if (ended != null) {
      ended.snapshot.close();
    }
  }

  @Override
  public void close() {
    List.copyOf(leases.keySet()).forEach(this::close);
  }
}
