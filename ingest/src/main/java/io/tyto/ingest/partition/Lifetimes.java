package io.tyto.ingest.partition;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.segment.LifetimeMerge;
import io.tyto.engine.segment.LifetimeSegment;
import io.tyto.engine.source.EvolvedSource;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.EntityStates;
import io.tyto.engine.state.StateElement;
import io.tyto.engine.state.StateLayout;
import io.tyto.engine.state.StateOverlay;
import io.tyto.engine.state.StateRecord;
import io.tyto.ingest.append.AppendColumns;
import io.tyto.ingest.join.TakenFields;
import io.tyto.ingest.lifetime.Cohorts;
import io.tyto.ingest.lifetime.Findings;
import io.tyto.ingest.lifetime.LifetimeLayouts;
import io.tyto.ingest.lifetime.StateFeed;
import io.tyto.ingest.lifetime.StateScan;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.Anomaly;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Change;
import io.tyto.store.manifest.Manifest;
import io.tyto.store.manifest.Manifest.Kind;
import io.tyto.store.manifest.Manifest.SegmentEntry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The states of the entities of a partition, collection by collection.
///
/// A collection's states have one layout, that of its STATE segments, until {@link #rebuild} writes
/// them anew in another: all of them, in one commit.
///
/// Thread-safety: {@link #isCurrent} and {@link #settle} may be called from any thread, all else by
/// the partition's.
final class Lifetimes implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Lifetimes.class.getName());

  /// Entities that a rebuild holds on the heap at once.
  private static final int REBUILD_ENTITIES = 1 << 17;

  private final PartitionId id;
  private final PartitionHost host;
  private final LiveRows live;
  private final SegmentFiles files;
  private final Alarms alarms;
  private final EntityTable entities;
  private final Cohorts cohorts;

  /// Of every collection that was asked for; those that keep nothing have the empty layout.
  private final Map<Integer, EntityStates> byCollection = new ConcurrentHashMap<>();

  private volatile boolean isLoaded;

  /// Rules with an alarm. For the partition's thread, as {@link Cohorts} is.
  private final Set<FullRule> fullRules = new HashSet<>();

  /// Units whose states are not in the maps although they are committed, oldest first.
  private final List<StateOverlay> unsettled = new ArrayList<>();

  Lifetimes(
      PartitionId id,
      PartitionHost host,
      LiveRows live,
      SegmentFiles files,
      Alarms alarms,
      EntityTable entities) {
    this.id = id;
    this.host = host;
    this.live = live;
    this.files = files;
    this.alarms = alarms;
    this.entities = entities;
    this.cohorts = new Cohorts(entities, this::full);
  }

  /// Reads what the segments of the manifest hold. SEGMENT_CORRUPT.
  void load() {
    for (int collection : host.schemas().collectionsOf(id.group())) {
      if (!live.stateEntries(collection).isEmpty()) {
        of(host.schemas().newest(collection));
      }
    }
    isLoaded = true;
  }

  /// The states of a collection.
  private EntityStates of(TableSchema schema) {
    EntityStates known = byCollection.get(schema.collectionId());
    if (known == null) {
      known = read(schema);
      byCollection.put(schema.collectionId(), known);
    }
    return known;
  }

  private EntityStates read(TableSchema schema) {
    List<SegmentEntry> entries = live.stateEntries(schema.collectionId());
    if (entries.isEmpty()) {
      // Rows without states are of before the config asked for them: they are read by a rebuild.
      boolean isNew = live.entries(schema.collectionId(), Kind.DATA).isEmpty();
      return states(isNew ? wanted(schema) : StateLayout.EMPTY, 0);
    }
    List<LifetimeSegment> segments = new ArrayList<>();
    long start = System.nanoTime();
    try {
      entries.forEach(entry -> segments.add(files.openStates(entry)));
      StateLayout layout = segments.getFirst().layout();
      if (segments.stream().anyMatch(segment -> !segment.layout().equals(layout))) {
        throw new TytoException(
            ErrorCode.SEGMENT_CORRUPT,
            "the states of %s in partition %s have more than one layout; restore a backup of the store"
                .formatted(schema.name(), id));
      }
      EntityStates states = states(layout, entities.size());
      states.restore(visitor -> LifetimeMerge.forEach(segments, visitor));
      LOG.log(
          INFO,
          "{0}: states of {1} entities of {2} read in {3} ms",
          id,
          states.size(),
          schema.name(),
          (System.nanoTime() - start) / 1_000_000);
      return states;
    } finally {
      segments.forEach(LifetimeSegment::close);
    }
  }

  private EntityStates states(StateLayout layout, long expected) {
    return new EntityStates(layout, host.states(), expected);
  }

  /// What is to be kept: what the config asks for, and what joins of the group need.
  private StateLayout wanted(TableSchema schema) {
    return TakenFields.layout(schema, host.schemas().groupOf(schema));
  }

  /// What takes the events of a collection in a new unit; null where nothing is kept.
  @Nullable StateOverlay open(TableSchema schema) {
    EntityStates states = of(schema);
    return states.layout().isEmpty() ? null : states.open();
  }

  /// What is kept of an entity, every event applied so far counted.
  StateRecord current(TableSchema schema, int entity) {
    return of(schema).current(entity);
  }

  /// Whether anything is kept of an entity: an event of it was seen in the collection.
  boolean has(TableSchema schema, int entity) {
    return of(schema).find(entity) != null;
  }

  /// What is kept of an entity without events.
  StateRecord none(TableSchema schema) {
    return StateRecord.empty(of(schema).layout());
  }

  /// Whether something is kept of every entity with an event in the collection.
  boolean keepsAll(TableSchema schema) {
    return !wanted(schema).isEmpty() && of(schema).layout().equals(wanted(schema));
  }

  /// Moves the states of a committed unit into the maps. Where a map has no room they stay where
  /// they are, which costs memory and no answer.
  void settle(List<StateOverlay> unit) {
    synchronized (unsettled) {
      unsettled.addAll(unit);
      try {
        while (!unsettled.isEmpty()) {
          unsettled.getFirst().settle();
          unsettled.removeFirst();
        }
        alarms.clear("states");
      } catch (RuntimeException e) {
        LOG.log(WARNING, "states of entities stay on the heap in partition " + id, e);
        alarms.raise("states", "states of entities stay on the heap: " + e.getMessage());
      }
    }
  }

  /// Whether the states of a collection are those that its config asks for.
  boolean isCurrent(TableSchema schema) {
    StateLayout wanted = wanted(schema);
    EntityStates states = byCollection.get(schema.collectionId());
    if (states != null) {
      return states.layout().equals(wanted);
    }
    // What nobody asked for yet has no STATE segments: those are read first.
    return !isLoaded
        || wanted.isEmpty()
        || live.entries(schema.collectionId(), Kind.DATA).isEmpty();
  }

  /// Makes the states of a collection those that its config asks for: what was kept goes on, what
  /// is new is computed from the stored rows. To be called when everything is committed.
  void rebuild(int collection, Committer committer) {
    TableSchema schema = host.schemas().newest(collection);
    EntityStates old = of(schema);
    StateLayout wanted = wanted(schema);
    if (old.layout().equals(wanted)) {
      return;
    }
    if (!old.isSettled()) {
      throw new TytoException(
          ErrorCode.OVERLOADED, "states of %s wait for room in their map".formatted(schema.name()));
    }
    EntityStates fresh = states(wanted, old.size());
    try {
      old.copyTo(fresh, entities.size());
      List<@Nullable StateElement> missing = new ArrayList<>();
      boolean isComplete = true;
      for (StateElement element : wanted.elements()) {
        boolean isKept = old.layout().indexOf(element) >= 0 || LifetimeLayouts.isOfCohorts(element);
        missing.add(isKept ? null : element);
        isComplete &= isKept;
      }
      if (!isComplete) {
        scan(schema, fresh, missing);
      }
      Change.Builder change = Change.builder();
      takersOf(schema, missing).forEach(taker -> change.rejoin(taker, Long.MIN_VALUE));
      replace(schema, fresh, change, committer);
    } catch (RuntimeException | Error e) {
      fresh.close();
      throw e;
    }
    byCollection.put(collection, fresh);
    old.close();
    LOG.log(INFO, "{0}: states of {1} entities of {2} rebuilt", id, fresh.size(), schema.name());
  }

  private void scan(
      TableSchema schema, EntityStates target, List<? extends @Nullable StateElement> missing) {
    StateScan scan = new StateScan(schema, missing);
    StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
    List<LiveSegment> held =
        live.hold(
            entry -> entry.collection() == schema.collectionId() && entry.kind() == Kind.DATA);
    try {
      for (LiveSegment segment : held) {
        RowSource rows = privacy.current(segment.source(), schema);
        for (RowSource evolved : EvolvedSource.allOf(List.of(rows), schema)) {
          scan(scan, evolved, target);
        }
      }
    } finally {
      held.forEach(LiveSegment::release);
    }
  }

  private static void scan(StateScan scan, RowSource rows, EntityStates target) {
    StateOverlay[] unit = {target.open()};
    scan.read(
        rows,
        (_, entity, row, positions, time) -> {
          if (unit[0].size() == REBUILD_ENTITIES) {
            unit[0].settle();
            unit[0] = target.open();
          }
          unit[0].apply(entity, row, positions, time);
        });
    unit[0].settle();
  }

  /// Collections that take what was not kept so far: of rows that came before, nobody noted whether
  /// they miss something, and what they have may be of a field that is computed in another way now.
  private List<Integer> takersOf(
      TableSchema schema, List<? extends @Nullable StateElement> missing) {
    List<Integer> takers = new ArrayList<>();
    List<TableSchema> group = host.schemas().groupOf(schema);
    for (TableSchema taker : TakenFields.takersOf(schema, group)) {
      boolean isConcerned =
          TakenFields.of(taker, group).stream()
              .filter(fields -> fields.source().collectionId() == schema.collectionId())
              .anyMatch(fields -> fields.elements().stream().anyMatch(missing::contains));
      if (isConcerned) {
        takers.add(taker.collectionId());
      }
    }
    return takers;
  }

  /// Commits the states in the place of all older ones.
  ///
  /// @param change what else the commit does
  private void replace(
      TableSchema schema, EntityStates fresh, Change.Builder change, Committer committer) {
    Set<String> names = new HashSet<>();
    live.stateEntries(schema.collectionId()).forEach(entry -> names.add(entry.file()));
    names.forEach(change::remove);
    List<SegmentEntry> added = new ArrayList<>();
    if (!fresh.layout().isEmpty()) {
      added.add(
          files.writeStates(
              schema.collectionId(),
              fresh.layout(),
              visitor -> fresh.forEach(entities.size(), visitor),
              Map.of()));
      change.add(added.getFirst()).require(Manifest.LIFETIME);
    }
    if (!added.isEmpty() || !names.isEmpty()) {
      live.replacedState(committer.commit(change.build()), names, added);
    }
  }

  /// A rule with as many cohorts as it may have.
  private record FullRule(int collection, Anomaly rule) {
    String topic() {
      return "cohorts %d %s".formatted(collection, rule.name());
    }
  }

  private void full(TableSchema schema, Anomaly rule) {
    FullRule full = new FullRule(schema.collectionId(), rule);
    if (fullRules.add(full)) {
      alarms.raise(
          full.topic(),
          "the rule %s of %s has %,d cohorts, the most there may be; events of further ones have no mark. Give it fields with fewer values, in `of`"
              .formatted(rule.name(), schema.name(), Anomaly.MAX_COHORTS));
    }
  }

  /// Ends the alarms of rules that the config does not have any more.
  private void forgetFull(TableSchema schema) {
    List<Anomaly> rules = schema.config().lifetime().anomalies();
    fullRules.removeIf(full -> {
      boolean isGone = full.collection() == schema.collectionId() && !rules.contains(full.rule());
      if (isGone) {
        alarms.clear(full.topic());
      }
      return isGone;
    });
  }

  /// What takes the events of a unit.
  ///
  /// @param findings takes the events that rules mark; null where nobody asks
  AppendColumns feed(TableSchema schema, StateOverlay states, @Nullable Findings findings) {
    forgetFull(schema);
    StoredPrivacy privacy = host.schemas().privacy(schema.collectionId());
    return new StateFeed(schema, states, cohorts, findings, rows -> privacy.current(rows, schema));
  }

  @Override
  public void close() {
    byCollection.values().forEach(EntityStates::close);
  }
}
