package io.tyto.engine.plan;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.cube.CubeShapes;
import io.tyto.engine.measure.ValueOrder;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.CellShape;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.query.AggregateQuery;
import io.tyto.model.query.Filter;
import io.tyto.model.query.Measure;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.AggregateResult;
import io.tyto.model.result.CollectionInfo;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Cube;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Tells what is known of a collection from zone maps and dictionaries, without reading its rows.
public final class Inspection {
  /// Dictionaries of more entries in all are not united: their sum is an upper bound.
  private static final int MAX_UNITED_ENTRIES = 50_000;

  private final TableSnapshot snapshot;
  private final Sources sources;

  private Inspection(TableSnapshot snapshot) {
    this.snapshot = snapshot;
    this.sources = Sources.of(snapshot);
  }

  public static CollectionInfo of(TableSnapshot snapshot, QueryContext context) {
    return new Inspection(snapshot).info(context);
  }

  /// The same of some rows only, which are counted for it. What zone maps and dictionaries say is
  /// of all rows, and left out.
  ///
  /// @param only rows that meet it are there
  public static CollectionInfo ofRows(Filter only, TableSnapshot snapshot, ScanContext context) {
    TableSchema schema = snapshot.schema();
    ColumnSpec time = schema.timeColumn();
    AggregateQuery count =
        AggregateQuery.totals(
            schema.name(),
            only,
            List.of(
                new Measure.Count(),
                new Measure.Column(time.name(), Measure.Function.MIN),
                new Measure.Column(time.name(), Measure.Function.MAX)));
    AggregateResult rows =
        AggregateRunner.run(
            count, null, GroupSource.of(snapshot, context), PlanLimits.ONE_ROW, context);
    return ofCounted(
        schema,
        ((Number) Objects.requireNonNull(rows.measures().getFirst().value(0))).longValue(),
        instant(rows.measures().get(1).value(0)),
        instant(rows.measures().get(2).value(0)));
  }

  /// What does not tell of few: its names and shapes.
  public static CollectionInfo ofGroups(TableSnapshot snapshot) {
    return ofCounted(snapshot.schema(), 0, null, null);
  }

  private static CollectionInfo ofCounted(
      TableSchema schema, long rows, @Nullable Instant first, @Nullable Instant last) {
    return new CollectionInfo(
        schema,
        rows,
        0,
        0,
        0,
        first,
        last,
        last,
        null,
        schema.columns().stream()
            .map(column ->
                new CollectionInfo.ColumnStats(column.name(), null, false, null, null, null))
            .toList(),
        schema.config().cubes().stream()
            .map(cube -> new CollectionInfo.CubeStats(cube, 0, 0))
            .toList());
  }

  private static @Nullable Instant instant(@Nullable Object time) {
    return switch (time) {
      case Instant instant -> instant;
      case LocalDate day -> day.atStartOfDay(ZoneOffset.UTC).toInstant();
      case null, default -> null;
    };
  }

  private CollectionInfo info(QueryContext context) {
    long rows = 0;
    long bytes = 0;
    int segments = 0;
    for (RowSource source : sources.list()) {
      rows += source.rowCount();
      bytes += source.storedBytes();
      segments += source.storedBytes() > 0 ? 1 : 0;
    }
    ColumnSpec time = snapshot.schema().timeColumn();
    LongRange range = ColumnBounds.of(snapshot, context).of(time.name());
    ColumnType.Scalar type = time.type().element();
    Instant first = range == null ? null : Axes.toInstant(type, range.min());
    Instant last = range == null ? null : Axes.toInstant(type, range.max());
    return new CollectionInfo(
        snapshot.schema(),
        rows,
        bytes,
        segments,
        snapshot.facts().deadLetters(),
        first,
        last,
        snapshot.facts().made() == null ? last : snapshot.facts().made().watermark(),
        snapshot.facts().ingestLagMillis(),
        snapshot.schema().columns().stream().map(this::column).toList(),
        snapshot.schema().config().cubes().stream().map(this::cube).toList());
  }

  private CollectionInfo.CubeStats cube(Cube cube) {
    CellShape finest = CubeShapes.of(snapshot.schema(), cube, cube.levels().getFirst());
    long cells = 0;
    long rows = 0;
    for (RowSource source : sources.list()) {
      for (CellSource kept : source.cells()) {
        if (kept.shape().covers(finest)) {
          cells += kept.rowCount();
          rows += source.rowCount();
        }
      }
    }
    return new CollectionInfo.CubeStats(cube, cells, rows);
  }

  private CollectionInfo.ColumnStats column(ColumnSpec column) {
    ColumnFacts facts = new ColumnFacts(column);
    for (RowSource source : sources.list()) {
      facts.include(source, source.column(column.id()));
    }
    EventConfig.Entity entity = snapshot.schema().config().entity();
    boolean isEntityKey = entity != null && entity.key().equals(column.name());
    return facts.stats(isEntityKey ? entities() : null);
  }

  /// At most so many entities there are: their ids are dense in each partition, but for those that
  /// rules over fields give to cohorts, at most 1,000 a rule. Null where a source keeps no bounds.
  private @Nullable Long entities() {
    Map<Integer, Long> greatest = new HashMap<>();
    for (RowSource source : sources.list()) {
      ColumnReader ids = source.column(SystemColumns.ENTITY);
      for (int block = 0; ids != null && block < blocks(source); block++) {
        Zone zone = ids.zone(block);
        if (zone == null || !zone.hasBounds()) {
          return null;
        }
        greatest.merge(source.partition(), zone.maxLong(), Math::max);
      }
    }
    return greatest.values().stream().mapToLong(Long::longValue).sum();
  }

  private static int blocks(RowSource source) {
    return Math.ceilDiv(source.rowCount(), RowSource.BLOCK_ROWS);
  }

  /// What zone maps and dictionaries of all sources say of one column.
  private static final class ColumnFacts {
    private final ColumnSpec column;
    private final ColumnType.Scalar type;
    private final Set<ByteBuffer> values = new HashSet<>();
    private long entries;
    private boolean hasDictionaries = true;
    private boolean isSealed = true;
    private boolean hasZones = true;
    private long rows;
    private long nulls;
    private @Nullable Object min;
    private @Nullable Object max;

    ColumnFacts(ColumnSpec column) {
      this.column = column;
      this.type = column.type().element();
      this.hasDictionaries = type.physical() == Physical.BYTES;
    }

    void include(RowSource source, @Nullable ColumnReader reader) {
      rows += source.rowCount();
      if (reader == null) {
        // A derived column is computed there: nothing is known of its values without reading.
        hasZones &= column.derive() == null;
        hasDictionaries &= column.derive() == null;
        nulls += source.rowCount();
        return;
      }
      isSealed &= source.storedBytes() > 0;
      Dictionary dictionary = reader.dictionary();
      hasDictionaries &= dictionary != null;
      if (dictionary != null && hasDictionaries) {
        include(dictionary);
      }
      for (int block = 0; block < blocks(source); block++) {
        include(reader.zone(block));
      }
    }

    private void include(Dictionary dictionary) {
      int size = dictionary.size();
      entries += size;
      for (int i = 0; i < size && entries <= MAX_UNITED_ENTRIES; i++) {
        values.add(ByteBuffer.wrap(dictionary.value(i)));
      }
    }

    private void include(@Nullable Zone zone) {
      if (zone == null) {
        hasZones = false;
        return;
      }
      nulls += zone.nulls();
      if (zone.hasBounds()) {
        switch (type.physical()) {
          case LONG -> {
            widen(Columnar.logical(type, zone.minLong()));
            widen(Columnar.logical(type, zone.maxLong()));
          }
          case DOUBLE -> {
            widen(zone.minDouble());
            widen(zone.maxDouble());
          }
          case BYTES -> {
            // Bounds are ordinals there; the dictionaries say more.
          }
        }
      }
    }

    private void widen(@Nullable Object value) {
      if (value != null) {
        min = min == null || ValueOrder.compare(value, min) < 0 ? value : min;
        max = max == null || ValueOrder.compare(value, max) > 0 ? value : max;
      }
    }

    /// @param known how many values there are at most, where the caller knows better
    CollectionInfo.ColumnStats stats(@Nullable Long known) {
      boolean isUnited = hasDictionaries && entries <= MAX_UNITED_ENTRIES;
      if (isUnited && !(type instanceof ColumnType.JsonType)) {
        boundsOfValues();
      }
      boolean hasBounds = hasZones || isUnited;
      return new CollectionInfo.ColumnStats(
          column.name(),
          cardinality(isUnited, known),
          isUnited && isSealed,
          hasZones && rows > 0 ? (Double) ((double) nulls / rows) : null,
          hasBounds ? min : null,
          hasBounds ? max : null);
    }

    private @Nullable Long cardinality(boolean isUnited, @Nullable Long known) {
      if (isUnited) {
        return (long) values.size();
      }
      if (known != null) {
        return known;
      }
      return hasDictionaries ? (Long) entries : null;
    }

    private void boundsOfValues() {
      Comparator<ByteBuffer> order =
          (left, right) -> Arrays.compareUnsigned(left.array(), right.array());
      values.stream().min(order).ifPresent(least -> widen(logical(least)));
      values.stream().max(order).ifPresent(greatest -> widen(logical(greatest)));
    }

    private @Nullable Object logical(ByteBuffer value) {
      return Columnar.logical(type, value.array());
    }
  }
}
