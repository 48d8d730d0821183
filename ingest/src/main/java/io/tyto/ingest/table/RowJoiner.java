package io.tyto.ingest.table;

import io.tyto.engine.lookup.LookupTable;
import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Join;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Fills the joined columns of rows of one schema. Thread-safety: none; each thread has its own.
public final class RowJoiner {
  private static final long MICROS_PER_SECOND = TimeUnit.SECONDS.toMicros(1);
  private static final long SECONDS_PER_DAY = TimeUnit.DAYS.toSeconds(1);

  private final List<BoundJoin> joins = new ArrayList<>();
  private final int timePosition;
  private final ColumnType timeType;

  /// A join and the positions of its columns.
  private static final class BoundJoin {
    final TableVersions versions;
    final int on;
    final boolean isAsOfEvent;
    final String[] fields;
    final int[] targets;
    final ColumnType[] types;

    /// The version that `columns` are positions in.
    @Nullable LookupTable known;

    final int[] columns;

    BoundJoin(TableVersions versions, Join.OfTable join, TableSchema schema) {
      this.versions = versions;
      on = schema.positionOf(join.on());
      isAsOfEvent = join.asOf() == Join.AsOf.EVENT_TIME;
      fields = new String[join.take().size()];
      targets = new int[fields.length];
      types = new ColumnType[fields.length];
      columns = new int[fields.length];
      int i = 0;
      for (Map.Entry<String, String> entry : join.take().entrySet()) {
        fields[i] = entry.getValue();
        targets[i] = schema.positionOf(entry.getKey());
        types[i] = schema.columns().get(targets[i]).type();
        i++;
      }
    }

    /// A version may be older than a field of its table.
    void move(LookupTable rows) {
      for (int i = 0; i < fields.length; i++) {
        int column = rows.column(fields[i]);
        boolean isThere = column != LookupTable.NONE && rows.type(column).equals(types[i]);
        columns[i] = isThere ? column : LookupTable.NONE;
      }
      known = rows;
    }
  }

  /// @param tables asked once; versions are looked at for every row
  public RowJoiner(TableSchema schema, JoinTables tables) {
    for (Join.OfTable join : Join.withTables(schema.config())) {
      TableVersions versions = tables.named(join.table());
      if (versions != null) {
        joins.add(new BoundJoin(versions, join, schema));
      }
    }
    ColumnSpec time = schema.timeColumn();
    timePosition = schema.positionOf(time.name());
    timeType = time.type();
  }

  /// Sets the joined columns of a row whose own and enriched ones are set; those without a match
  /// are null. An event without a time takes the newest version.
  public void join(Row row) {
    for (int i = 0; i < joins.size(); i++) {
      join(joins.get(i), row);
    }
  }

  private void join(BoundJoin join, Row row) {
    LookupTable rows =
        join.isAsOfEvent && timePosition >= 0 && !row.isNull(timePosition)
            ? join.versions.at(micros(row.longAt(timePosition)))
            : join.versions.newest();
    int found = rows == null ? LookupTable.NONE : find(rows, row, join.on);
    if (rows == null || found == LookupTable.NONE) {
      Arrays.stream(join.targets).forEach(row::setNull);
      return;
    }
    if (!rows.equals(join.known)) {
      join.move(rows);
    }
    for (int i = 0; i < join.targets.length; i++) {
      if (join.columns[i] == LookupTable.NONE) {
        row.setNull(join.targets[i]);
      } else {
        rows.copy(found, join.columns[i], row, join.targets[i]);
      }
    }
  }

  private static int find(LookupTable rows, Row row, int on) {
    if (row.isNull(on)) {
      return LookupTable.NONE;
    }
    return rows.keyType().physical() == Physical.BYTES
        ? rows.find(row.bytesAt(on))
        : rows.find(row.longAt(on));
  }

  /// Event time in microseconds; at the ends of time the nearest that 64 bits hold.
  private long micros(long value) {
    long perSecond = timeType instanceof ColumnType.TimestampType(var unit) ? unit.perSecond() : 0;
    if (perSecond > MICROS_PER_SECOND) {
      return Math.floorDiv(value, perSecond / MICROS_PER_SECOND);
    }
    long factor =
        perSecond == 0 ? SECONDS_PER_DAY * MICROS_PER_SECOND : MICROS_PER_SECOND / perSecond;
    long limit = Long.MAX_VALUE / factor;
    return Math.clamp(value, -limit, limit) * factor;
  }
}
