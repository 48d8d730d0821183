package io.tyto.ingest.partition;

import io.tyto.engine.entity.EntityTable;
import io.tyto.engine.load.LoadedRows;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.state.StateOverlay;
import io.tyto.ingest.append.AppendChain;
import io.tyto.ingest.append.AppendColumns;
import io.tyto.ingest.lifetime.Findings;
import io.tyto.ingest.log.LogEntry;
import io.tyto.ingest.log.LogRecord;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.TableSchema;
import io.tyto.store.manifest.Manifest.Counts;
import io.tyto.store.manifest.Manifest.Hole;
import io.tyto.store.manifest.Manifest.HoleKind;
import io.tyto.store.manifest.Manifest.Range;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Everything between two commits of a partition: the rows of all its collections since the last
/// seal, and the log offsets they stand for. A commit takes a unit whole.
///
/// The partition's thread fills it and then freezes it; afterwards nothing changes. Queries read
/// the tails at any time.
final class TailUnit {
  private static final String UNREADABLE = "UNREADABLE_RECORD";

  private final PartitionId id;
  private final SchemaDirectory schemas;
  private final @Nullable EntityTable entities;
  private final @Nullable Lifetimes lifetimes;
  private final @Nullable EventJoins joins;
  private final int entitiesBefore;
  private final Map<Integer, CollectionTail> rows = new ConcurrentHashMap<>();
  private final Map<Integer, CollectionTail> deadLetters = new ConcurrentHashMap<>();
  private final Map<Integer, StateOverlay> states = new LinkedHashMap<>();
  private final Map<String, Span> spans = new LinkedHashMap<>();
  private final List<Hole> gaps = new ArrayList<>();
  private final List<Alerting> alertings = new ArrayList<>();
  private final Map<Integer, Long> rejoins = new LinkedHashMap<>();
  private final CompletableFuture<Void> committed = new CompletableFuture<>();
  private long rowsApplied;
  private long deadLettersApplied;
  private long repetitions;
  private long loadedBytes;
  private long loadLimitBytes;
  private Map<String, Long> dedupFrom = Map.of();
  private int entitiesAfter;
  private volatile long filledSinceNanos;
  private volatile Map<String, Long> reach = Map.of();

  /// Offsets of one log, growing.
  private static final class Span {
    private final long from;
    private long next;

    private Span(long from) {
      this.from = from;
      this.next = from;
    }
  }

  /// @param entities null where the group has no entity
  /// @param lifetimes likewise; `joins` too
  TailUnit(
      PartitionId id,
      SchemaDirectory schemas,
      @Nullable EntityTable entities,
      @Nullable Lifetimes lifetimes,
      @Nullable EventJoins joins) {
    this.joins = joins;
    this.id = id;
    this.lifetimes = lifetimes;
    this.schemas = schemas;
    this.entities = entities;
    this.entitiesBefore = entities == null ? 0 : entities.size();
    this.entitiesAfter = entitiesBefore;
  }

  /// Nothing to commit.
  boolean isEmpty() {
    return spans.isEmpty();
  }

  /// Rows, alerts among them, and dead letters.
  long rowCount() {
    return rowsApplied + alerts() + deadLettersApplied;
  }

  long sizeBytes() {
    long bytes = 0;
    for (CollectionTail tail : rows.values()) {
      bytes += tail.sizeBytes();
    }
    for (CollectionTail tail : deadLetters.values()) {
      bytes += tail.sizeBytes();
    }
    for (StateOverlay changed : states.values()) {
      bytes += changed.sizeBytes();
    }
    return bytes;
  }

  /// Memory of the rows that came as columns.
  long loadedBytes() {
    return loadedBytes;
  }

  /// Time since its first record; 0 while it is empty. Safe from any thread.
  long ageNanos(long nowNanos) {
    long since = filledSinceNanos;
    return since == 0 ? 0 : nowNanos - since;
  }

  /// Whether the record was decoded by a newer schema than its rows here have: then it belongs into
  /// the next unit, or the fields added since would be lost.
  boolean isOlderThan(LogRecord record) {
    CollectionTail tail =
        record.kind() == LogRecord.Kind.EVENT ? rows.get(record.collection()) : null;
    return tail != null && tail.schema().version() < record.schemaVersion();
  }

  /// As above, of rows that are already columns.
  boolean isOlderThan(TableSchema schema) {
    CollectionTail tail = rows.get(schema.collectionId());
    return tail != null && tail.schema().version() < schema.version();
  }

  /// Takes rows that are already columns; their offsets are covered by who calls.
  ///
  /// @param repeated records beside them that repeat earlier ones
  /// @param limitBytes of loaded rows
  void load(LoadedRows loaded, int repeated, long limitBytes) {
    repetitions += repeated;
    loadLimitBytes = limitBytes;
    if (loaded.rowCount() > 0) {
      tailOf(loaded.schema().collectionId()).append(loaded, entities);
      rowsApplied += loaded.rowCount();
      loadedBytes += loaded.sizeBytes();
    }
  }

  boolean hasLoaded() {
    return loadedBytes > 0;
  }

  /// Whether the loaded rows are as many as memory is meant for.
  boolean isLoadFull() {
    return loadedBytes > 0 && loadedBytes >= loadLimitBytes;
  }

  /// Takes a record as a row or dead letter. Offsets of a log ascend from call to call.
  void apply(String logId, LogRecord record) {
    cover(logId, record.offset(), record.offset() + 1);
    switch (record.kind()) {
      case EVENT -> applyEvent(logId, record);
      case DEAD_LETTER -> applyDeadLetter(logId, record);
    }
  }

  /// Takes a record that repeats an earlier one: it is counted and has no row.
  void drop(String logId, LogRecord record) {
    cover(logId, record.offset(), record.offset() + 1);
    repetitions++;
  }

  /// Covers offsets of a log up to one, although they hold nothing for this partition.
  void cover(String logId, long from, long next) {
    Span span = spans.get(logId);
    if (span == null) {
      if (spans.isEmpty()) {
        // The lowest bit only keeps a time of exactly 0 apart from none.
        filledSinceNanos = System.nanoTime() | 1;
      }
      span = new Span(from);
      spans.put(logId, span);
    }
    span.next = next;
  }

  void addGap(String logId, LogEntry.Gap gap) {
    cover(logId, gap.from(), gap.next());
    gaps.add(new Hole(0, logId, gap.from(), gap.next(), HoleKind.GAP, gap.where()));
  }

  /// Rows of a collection from an event time on are to be joined again, once this unit is
  /// committed.
  void rejoin(int collection, long fromMicros) {
    rejoins.merge(collection, fromMicros, Math::min);
  }

  /// By collection, the event time in epoch microseconds from which on rows are to be joined again.
  Map<Integer, Long> rejoins() {
    return rejoins;
  }

  /// Makes everything applied so far visible to queries; see {@link LiveRows#publish}.
  void publish() {
    rows.values().forEach(CollectionTail::publish);
    deadLetters.values().forEach(CollectionTail::publish);
    // Behind the rows: whoever reads it first and the rows then has at least those.
    Map<String, Long> now = new HashMap<>();
    spans.forEach((logId, span) -> {
      if (!DedupWindow.isFile(logId)) {
        now.put(logId, span.next);
      }
    });
    reach = now;
  }

  /// By log without an end, an offset below which every record is published. Safe from any thread.
  Map<String, Long> reach() {
    return reach;
  }

  void freeze(Map<String, Long> newDedupFrom) {
    publish();
    dedupFrom = Map.copyOf(newDedupFrom);
    entitiesAfter = entities == null ? 0 : entities.size();
  }

  Map<Integer, CollectionTail> rows() {
    return rows;
  }

  Map<Integer, CollectionTail> deadLetters() {
    return deadLetters;
  }

  Map<String, Range> ranges() {
    Map<String, Range> ranges = new LinkedHashMap<>();
    spans.forEach((logId, span) -> ranges.put(logId, new Range(span.from, span.next)));
    return ranges;
  }

  /// States of the entities that changed, by collection.
  Map<Integer, StateOverlay> states() {
    return states;
  }

  List<Hole> gaps() {
    return gaps;
  }

  Counts counts() {
    // An alert counts as read where it was made.
    long rowCount = rowsApplied + alerts();
    long read = rowCount + deadLettersApplied + repetitions;
    return new Counts(read, rowCount, deadLettersApplied, repetitions, 0);
  }

  Map<String, Long> dedupFrom() {
    return dedupFrom;
  }

  /// Entities first seen in this unit have ids above it.
  int entitiesBefore() {
    return entitiesBefore;
  }

  int entitiesAfter() {
    return entitiesAfter;
  }

  /// Completed when the unit is committed, or failed when it never will be.
  CompletableFuture<Void> committed() {
    return committed;
  }

  /// The published rows of a collection.
  static List<RowSource> view(@Nullable CollectionTail tail) {
    return tail == null ? List.of() : tail.view();
  }

  private void applyEvent(String logId, LogRecord record) {
    try {
      tailOf(record.collection()).append(logId, record, entities);
    } catch (TytoException e) {
      bury(logId, record, String.valueOf(e.getMessage()));
      return;
    }
    rowsApplied++;
  }

  private CollectionTail tailOf(int collection) {
    CollectionTail tail = rows.get(collection);
    if (tail == null) {
      TableSchema schema = schemas.newest(collection);
      StateOverlay changed = lifetimes == null ? null : lifetimes.open(schema);
      if (changed != null) {
        states.put(collection, changed);
      }
      List<CollectionTail> gathering = gathering(schema);
      Findings findings = gathering.isEmpty() ? null : new Findings();
      AppendColumns feed =
          lifetimes == null || changed == null ? null : lifetimes.feed(schema, changed, findings);
      AppendColumns appended =
          AppendChain.of(
              schema,
              joins == null ? null : joins.noting(schema, this),
              feed,
              joins == null ? null : joins.filling(schema, this));
      Alerting alerting = null;
      if (findings != null) {
        alerting = new Alerting(findings, schema, gathering);
        alertings.add(alerting);
      }
      tail =
          new CollectionTail(
              schema, id.partition(), schemas.privacy(collection), appended, alerting);
      rows.put(collection, tail);
    }
    return tail;
  }

  /// The collections that gather alerts of another; none of them has marks of its own.
  private List<CollectionTail> gathering(TableSchema events) {
    List<CollectionTail> tails = new ArrayList<>();
    if (!events.config().lifetime().anomalies().isEmpty()) {
      for (int collection : schemas.collectionsOf(id.group())) {
        TableSchema schema = schemas.newest(collection);
        if (events.name().equals(schema.config().source().alertsOf())) {
          tails.add(tailOf(collection));
        }
      }
    }
    return tails;
  }

  private long alerts() {
    long raised = 0;
    for (Alerting alerting : alertings) {
      raised += alerting.raised();
    }
    return raised;
  }

  private void applyDeadLetter(String logId, LogRecord record) {
    try {
      deadLettersOf(record.collection()).append(logId, record, (EntityTable) null);
    } catch (TytoException e) {
      bury(logId, record, String.valueOf(e.getMessage()));
      return;
    }
    deadLettersApplied++;
  }

  /// A record that cannot be read must not stop the partition: it would stop it at every start.
  private void bury(String logId, LogRecord record, String reason) {
    DeadLetter.Payload payload =
        schemas.newest(record.collection()).hasPrivate()
            ? DeadLetter.Payload.withheld(record.bodyLength())
            : DeadLetter.Payload.of(record.body());
    DeadLetter letter =
        new DeadLetter(
            UNREADABLE,
            null,
            reason,
            new DeadLetter.Origin(
                "log " + logId, null, -1, record.offset(), DeadLetter.RecordFormat.NONE),
            payload,
            null,
            List.of(),
            record.schemaVersion(),
            false);
    deadLettersOf(record.collection()).append(logId, record, letter);
    deadLettersApplied++;
  }

  private CollectionTail deadLettersOf(int collection) {
    CollectionTail tail = deadLetters.get(collection);
    if (tail == null) {
      TableSchema schema = DeadLetters.schema(id.project(), id.group(), collection);
      tail = new CollectionTail(schema, id.partition(), StoredPrivacy.NONE, null, null);
      deadLetters.put(collection, tail);
    }
    return tail;
  }
}
