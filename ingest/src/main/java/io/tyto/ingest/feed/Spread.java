package io.tyto.ingest.feed;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.engine.row.Row;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;

/// Which partitions of a group the records of one log belong to: all to one, or each to that of its
/// key. Immutable.
///
/// @param keys how a key chooses
/// @param partitions of the group
/// @param home the partition that takes every record, or -1
record Spread(KeyPlacement keys, int partitions, int home) {
  /// Records without a key change partition after two to the power of so many; a replay must place
  /// them alike.
  static final int SPARE_SHIFT = 12;

  boolean isAligned() {
    return home >= 0;
  }

  /// Partition of a record that has no key, or that is a dead letter.
  int spare(long offset) {
    return isAligned() ? home : (int) ((offset >>> SPARE_SHIFT) % partitions);
  }

  static int keyColumn(TableSchema schema) {
    EventConfig.Entity entity = schema.config().entity();
    return schema.positionOf(entity == null ? null : entity.key());
  }

  static int eventIdColumn(TableSchema schema) {
    return schema.positionOf(schema.config().eventId());
  }

  /// The column whose value chooses the partition of a row, or -1.
  static int placedBy(TableSchema schema, Row row) {
    int key = keyColumn(schema);
    int column = key < 0 || row.isNull(key) ? eventIdColumn(schema) : key;
    return column < 0 || row.isNull(column) ? -1 : column;
  }
}
