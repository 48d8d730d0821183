package io.tyto.ingest.partition;

import io.tyto.engine.load.LoadedRows;
import io.tyto.ingest.log.LogRecord;
import io.tyto.ingest.log.RecordBatch;
import org.jspecify.annotations.Nullable;

/// Applies to units what logs outside bring: what was applied before is left out, and what repeats
/// an event id is counted and has no row. What repeats is decided by the log alone, not by how it
/// was cut into deliveries. Not thread-safe.
final class DeliveryIntake {
  private final DedupWindow dedup;

  DeliveryIntake(DedupWindow dedup) {
    this.dedup = dedup;
  }

  /// Whether something of a delivery was decoded by a newer schema than the unit's rows.
  static boolean isNewer(Delivery delivery, TailUnit unit) {
    for (LoadedRows rows : delivery.rows()) {
      if (unit.isOlderThan(rows.schema())) {
        return true;
      }
    }
    RecordBatch records = delivery.records();
    for (int i = 0; records != null && i < records.count(); i++) {
      if (unit.isOlderThan(records.record(i))) {
        return true;
      }
    }
    return false;
  }

  /// Applies what lies at an offset or above, and publishes nothing.
  Partition.Appended apply(Delivery delivery, long from, TailUnit unit) {
    String logId = delivery.logId();
    if (delivery.next() > from) {
      // The first record for this partition may come later than the offsets it answers for.
      unit.cover(logId, from, from);
    }
    int accepted = 0;
    int repeated = 0;
    for (LoadedRows rows : delivery.rows()) {
      LoadedRows fresh = rowsFrom(rows, from);
      LoadedRows kept = withoutRepeated(logId, fresh);
      unit.load(kept, fresh.rowCount() - kept.rowCount(), delivery.unitBytes());
      accepted += kept.rowCount();
      repeated += fresh.rowCount() - kept.rowCount();
    }
    RecordBatch records = delivery.records();
    for (int i = 0; records != null && i < records.count(); i++) {
      LogRecord record = records.record(i);
      if (record.offset() >= from) {
        boolean isRepeated = applyOrDrop(logId, record, unit);
        accepted += isRepeated ? 0 : 1;
        repeated += isRepeated ? 1 : 0;
      }
    }
    if (delivery.next() > from) {
      unit.cover(logId, from, delivery.next());
      dedup.advance(logId, delivery.next());
    }
    return new Partition.Appended(accepted, repeated);
  }

  /// Returns whether the record was a repetition.
  boolean applyOrDrop(String logId, LogRecord record, TailUnit unit) {
    if (record.eventIdLength() >= 0) {
      dedup.advance(logId, record.offset());
      if (find(record) != null) {
        unit.drop(logId, record);
        return true;
      }
      dedup.add(logId, record.offset());
    }
    unit.apply(logId, record);
    return false;
  }

  DedupWindow.@Nullable Seen find(LogRecord record) {
    return dedup.find(
        record.collection(), record.buffer(), record.eventIdStart(), record.eventIdLength());
  }

  /// Without the rows that were applied before.
  private static LoadedRows rowsFrom(LoadedRows rows, long offset) {
    int skipped = 0;
    while (skipped < rows.rowCount() && rows.logOffset(skipped) < offset) {
      skipped++;
    }
    if (skipped == 0) {
      return rows;
    }
    int[] rest = new int[rows.rowCount() - skipped];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = skipped + i;
    }
    return rows.keep(rest, rest.length);
  }

  /// Without the rows that repeat an event id.
  private LoadedRows withoutRepeated(String logId, LoadedRows rows) {
    int column = CollectionTail.positionOf(rows.schema(), rows.schema().config().eventId());
    if (column < 0) {
      return rows;
    }
    int[] kept = new int[rows.rowCount()];
    int count = 0;
    for (int row = 0; row < kept.length; row++) {
      byte[] id = rows.key(column, row);
      if (id == null) {
        kept[count++] = row;
        continue;
      }
      dedup.advance(logId, rows.logOffset(row));
      if (dedup.find(rows.schema().collectionId(), id, 0, id.length) == null) {
        dedup.add(logId, rows.logOffset(row));
        kept[count++] = row;
      }
    }
    return count == kept.length ? rows : rows.keep(kept, count);
  }
}
