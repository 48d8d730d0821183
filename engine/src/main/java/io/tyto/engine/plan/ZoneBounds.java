package io.tyto.engine.plan;

import io.tyto.engine.calendar.Axes;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.LongRange;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.query.QueryContext;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.TimestampUnit;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// The least and greatest value of a LONG column over rows: from zone maps, and by reading where a
/// block has none. Not thread-safe.
final class ZoneBounds {
  private final QueryContext context;
  private long min = Long.MAX_VALUE;
  private long max = Long.MIN_VALUE;

  private ZoneBounds(QueryContext context) {
    this.context = context;
  }

  /// Null where the column has no value at all.
  static @Nullable LongRange of(Sources sources, ColumnSpec column, QueryContext context) {
    ZoneBounds bounds = new ZoneBounds(context);
    boolean isTime =
        column.id() == sources.schema().timeColumn().id() && !isFiner(column.type().element());
    for (RowSource source : sources.list()) {
      context.check();
      LongRange distant = isTime ? source.distantTimes() : null;
      if (distant != null) {
        bounds.include(value(column, distant.min()));
        bounds.include(value(column, distant.max()));
        continue;
      }
      ColumnReader reader = sources.reader(source, column);
      if (reader != null) {
        bounds.include(source, reader);
      } else if (source.rowCount() == 0) {
        bounds.includeCells(source, column);
      }
    }
    return bounds.min > bounds.max ? null : new LongRange(bounds.min, bounds.max);
  }

  /// Whether times of the column cannot be told in microseconds.
  private static boolean isFiner(ColumnType.Scalar type) {
    return type instanceof ColumnType.TimestampType timestamp
        && timestamp.unit() == TimestampUnit.NANOS;
  }

  private static long value(ColumnSpec column, long micros) {
    return Axes.ceiling(column.type().element(), Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
  }

  /// Of rows that are gone there may be cells.
  private void includeCells(RowSource source, ColumnSpec column) {
    for (CellSource cells : source.cells()) {
      ColumnReader reader = cells.column(column.id());
      if (reader != null) {
        include(cells, reader);
      }
    }
  }

  private void include(RowSource source, ColumnReader reader) {
    int rows = source.rowCount();
    for (int from = 0, block = 0; from < rows; from += RowSource.BLOCK_ROWS, block++) {
      Zone zone = reader.zone(block);
      if (zone != null && zone.hasBounds()) {
        include(zone.minLong());
        include(zone.maxLong());
      } else if (zone == null || zone.nulls() < zone.rows()) {
        read(reader, from, Math.min(RowSource.BLOCK_ROWS, rows - from));
      }
    }
  }

  private void read(ColumnReader reader, int from, int rows) {
    for (int at = from; at < from + rows; at += RowSource.BATCH_ROWS) {
      context.check();
      include(reader.read(at, Math.min(RowSource.BATCH_ROWS, from + rows - at)));
    }
  }

  private void include(long value) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }

  private void include(ColumnVector vector) {
    switch (vector) {
      case ColumnVector.Longs longs -> {
        for (int i = 0; i < longs.length(); i++) {
          if (!longs.isNull(i)) {
            include(longs.values()[i]);
          }
        }
      }
      case ColumnVector.Lists lists -> include(lists.elements());
      case ColumnVector.AllNull _ -> {}
      case ColumnVector.Doubles _, ColumnVector.Ordinals _, ColumnVector.Bytes _ ->
          throw new IllegalArgumentException("bounds are kept of columns held as longs");
    }
  }
}
