package io.tyto.engine.plan;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.scan.ScanStats;
import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.engine.source.LongRange;
import io.tyto.model.access.Guard;
import io.tyto.model.query.QueryContext;
import io.tyto.model.result.QueryMeta;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.TableSchema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes down how an answer came about.
///
/// @param id of the snapshot
/// @param startedNanos `System.nanoTime()` at the query's start
record MetaData(
    TableSchema schema,
    String id,
    TableSnapshot.Facts facts,
    ColumnBounds bounds,
    QueryContext context,
    long startedNanos) {
  private static final double NANOS_PER_MILLI = 1e6;

  static MetaData of(TableSnapshot snapshot, QueryContext context, long startedNanos) {
    return new MetaData(
        snapshot.schema(),
        snapshot.id(),
        snapshot.facts(),
        ColumnBounds.of(snapshot, context),
        context,
        startedNanos);
  }

  /// To callers who see some rows only, nothing is told that other rows have a part in.
  ///
  /// @param cost of what was read
  QueryMeta of(
      ScanStats read, String servedBy, boolean truncated, List<String> approximate, double cost) {
    boolean isHidden = Guard.isVeiled(context.caller(), schema);
    ScanStats stats = isHidden ? ScanStats.NONE : read;
    TableSnapshot.Made made = facts.made();
    return new QueryMeta(
            context.queryId(),
            made == null ? servedBy : made.servedBy(),
            (System.nanoTime() - startedNanos) / NANOS_PER_MILLI,
            stats.rowsScanned(),
            stats.bytesScanned(),
            stats.sourcesScanned(),
            stats.sourcesPruned(),
            isHidden ? null : watermark(),
            id,
            truncated,
            approximate,
            List.of())
        .withCost(isHidden ? 0 : cost)
        .withMissing(facts.missing());
  }

  /// The greatest event time of the snapshot's rows, or of what they were made of.
  @Nullable Instant watermark() {
    TableSnapshot.Made made = facts.made();
    if (made != null) {
      return made.watermark();
    }
    ColumnSpec time = schema.timeColumn();
    LongRange range = bounds.of(time.name());
    return range == null ? null : Axes.toInstant(time.type().element(), range.max());
  }
}
