package io.tyto.engine.plan;

import io.tyto.engine.behaviour.EntityScan;
import io.tyto.engine.behaviour.EventClock;
import io.tyto.engine.behaviour.EventTable;
import io.tyto.engine.calendar.TimeAxis;
import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.measure.Columns;
import io.tyto.engine.measure.FilterCheck;
import io.tyto.engine.page.StableHash;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.access.Guard;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.EventFilter;
import io.tyto.model.query.GroupKey;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.MissingRows;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The snapshots that a question about entities goes over, checked: collections that share an
/// entity. Not thread-safe; one a query.
final class EventSources {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Map<String, TableSnapshot> snapshots;
  private final ScanContext context;
  private final long startedNanos = System.nanoTime();

  /// A column of one of the collections.
  record Dimension(String collection, String column) {}

  EventSources(Map<String, TableSnapshot> snapshots, ScanContext context) {
    this.snapshots = snapshots;
    this.context = context;
  }

  TableSnapshot snapshot(String collection) {
    TableSnapshot snapshot = snapshots.get(collection);
    if (snapshot == null) {
      throw new IllegalArgumentException("no snapshot of " + collection + " was taken");
    }
    return snapshot;
  }

  private TableSchema schema(String collection) {
    return snapshot(collection).schema();
  }

  /// Refuses what is no question: BAD_USER_INPUT.
  ///
  /// @param events the kind of each is its place in the list
  void check(List<EventFilter> events, @Nullable Dimension dimension) {
    if (events.isEmpty() || events.size() > EventFilter.MAX_KINDS) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "expected 1 to %d kinds of events, found %d"
              .formatted(EventFilter.MAX_KINDS, events.size()));
    }
    TableSchema first = schema(events.getFirst().collection());
    for (EventFilter event : events) {
      checkEntity(schema(event.collection()), first);
      Columns columns = new Columns(schema(event.collection()));
      if (event.where() != null) {
        new FilterCheck(columns).check(event.where());
      }
      new QueryCheck(columns).checkRange(event.range());
    }
    if (dimension != null) {
      Columns columns = new Columns(schema(dimension.collection()));
      new QueryCheck(columns).checkDimension(dimension.column());
      if (columns.require(dimension.column()).type().isList()) {
        throw columns.refuse(
            dimension.column(), "a list has many values an event: it cannot be a breakdown");
      }
    }
  }

  private static void checkEntity(TableSchema schema, TableSchema first) {
    EventConfig.Entity entity = schema.config().entity();
    if (entity == null) {
      throw new Columns(schema)
          .refuse(
              "collection " + schema.name() + " has no entity: give its config a line `entity:`");
    }
    if (schema.groupId() != first.groupId()) {
      throw new Columns(schema)
          .refuse(
              "the events of %s and of %s are not those of one entity: one entity's events are asked for together"
                  .formatted(first.name(), schema.name()));
    }
  }

  EventClock clock(List<EventFilter> events, ZoneId zone) {
    List<ColumnSpec> times = new ArrayList<>();
    events.forEach(event -> times.add(schema(event.collection()).timeColumn()));
    return EventClock.of(times, zone);
  }

  ColumnSpec time(EventFilter event) {
    return schema(event.collection()).timeColumn();
  }

  /// Half-open, in ticks of a clock.
  record Ticks(long from, long to) {}

  /// Where the events lie: within their ranges, and where these are open, within what is stored.
  Ticks ticks(List<EventFilter> events, EventClock clock) {
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    for (EventFilter event : events) {
      ColumnSpec time = time(event);
      ColumnBounds bounds =
          ColumnBounds.seen(GroupSource.of(snapshot(event.collection()), context), context);
      ColumnBounds.Span span = bounds.span(time, event.range());
      if (span.from() < span.to()) {
        EventClock.Reading reading = clock.reading(time);
        from = Math.min(from, reading.ticks(span.from()));
        to = Math.max(to, reading.ticks(span.to()));
      }
    }
    return from < to ? new Ticks(from, to) : new Ticks(0, 0);
  }

  /// Periods of a zone's calendar on a clock's scale. RANGE_TOO_WIDE beyond `maxBuckets`.
  static TimeAxis axis(
      GroupKey.Granularity granularity,
      ZoneId zone,
      DayOfWeek weekStart,
      EventClock clock,
      Ticks range,
      int maxBuckets) {
    GroupKey.TimeBucket key =
        new GroupKey.TimeBucket(
            "", granularity, 1, zone, weekStart, null, GroupKey.GapFill.NONE, null, false);
    return TimeAxis.of(key, clock.type(), range.from(), range.to(), maxBuckets);
  }

  /// Order of two codes by their values, null last.
  static int compare(int left, int right, @Nullable ColumnDomain domain) {
    if (left == right || domain == null) {
      return 0;
    }
    return left == 0 ? 1 : right == 0 ? -1 : domain.compare(left, right);
  }

  /// One table a collection, which carries the codes of the dimension where it is its own.
  List<EventTable> tables(List<EventFilter> events, @Nullable Dimension dimension) {
    Map<String, List<EventTable.KindSpec>> kinds = new LinkedHashMap<>();
    for (int kind = 0; kind < events.size(); kind++) {
      EventFilter event = events.get(kind);
      kinds
          .computeIfAbsent(event.collection(), _ -> new ArrayList<>())
          .add(new EventTable.KindSpec(kind, event.range(), event.where()));
    }
    List<EventTable> tables = new ArrayList<>();
    kinds.forEach((collection, specs) -> {
      TableSnapshot snapshot = snapshot(collection);
      String column =
          dimension != null && dimension.collection().equals(collection)
              ? dimension.column()
              : null;
      tables.add(
          new EventTable(
              snapshot.schema(), snapshot.sources(context), specs, column, context.seed()));
    });
    return tables;
  }

  EntityScan scan(List<EventTable> tables, EventClock clock) {
    return new EntityScan(tables, clock, context);
  }

  ScanContext context() {
    return context;
  }

  ColumnType.Scalar type(Dimension dimension) {
    return new Columns(schema(dimension.collection())).require(dimension.column()).type().element();
  }

  /// The watermark is what all collections have come up to.
  QueryMeta meta(ScanStats read, boolean isTruncated) {
    QueryContext query = context.query();
    boolean isHidden =
        snapshots.values().stream()
            .anyMatch(snapshot -> Guard.isRestricted(query.caller(), snapshot.schema()));
    ScanStats stats = isHidden ? ScanStats.NONE : read;
    Instant watermark = null;
    StableHash ids = new StableHash();
    List<MissingRows> missing = new ArrayList<>();
    for (TableSnapshot snapshot : snapshots.values()) {
      ids.add(snapshot.id());
      missing.addAll(snapshot.facts().missing());
      Instant own = MetaData.of(snapshot, query, startedNanos).watermark();
      watermark = watermark == null || own != null && own.isBefore(watermark) ? own : watermark;
    }
    return new QueryMeta(
            query.queryId(),
            "segments",
            (System.nanoTime() - startedNanos) / NANOS_PER_MILLI,
            stats.rowsScanned(),
            stats.bytesScanned(),
            stats.sourcesScanned(),
            stats.sourcesPruned(),
            isHidden ? null : watermark,
            snapshots.size() == 1
                ? Objects.requireNonNull(snapshots.values().iterator().next()).id()
                : ids.id(),
            isTruncated,
            List.of(),
            List.of())
        .withCost(isHidden ? 0 : context.cost())
        .withMissing(missing);
  }
}
