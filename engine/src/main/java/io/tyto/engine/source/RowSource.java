package io.tyto.engine.source;

import io.tyto.model.query.TimeInterval;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of one collection that never change while the view is held: a sealed segment, or one chunk
/// of the tail cut at a row count. Thread-safe; column readers are not.
public interface RowSource {
  /// Rows of a block: the unit of zone maps, encodings and parallel tasks.
  int BLOCK_ROWS = 1 << 16;

  /// The most rows one read returns.
  int BATCH_ROWS = 1 << 12;

  int rowCount();

  /// How many blocks the rows fill, the last one perhaps in part.
  static int blocks(RowSource source) {
    return (int) (((long) source.rowCount() + BLOCK_ROWS - 1) / BLOCK_ROWS);
  }

  /// Rows of one block: all but the last are full.
  static int blockRows(RowSource source, int block) {
    return (int) Math.min(BLOCK_ROWS, source.rowCount() - (long) block * BLOCK_ROWS);
  }

  /// Config version of the collection its rows were written with.
  int schemaVersion();

  /// Partition (shard) the rows belong to; part of a record's identity.
  int partition();

  /// A new reader, or null where the column is not stored here (older than the column).
  @Nullable ColumnReader column(int columnId);

  /// Name for error messages: a file name or `tail`.
  String name();

  /// The same rows rolled up, where that is kept beside them; by shape, none twice.
  default List<CellSource> cells() {
    return List.of();
  }

  /// Bytes on disk, 0 in the tail.
  long storedBytes();

  /// Where the rows have to be brought here before they can be read: bounds of their event times in
  /// epoch microseconds, so that this can be spared. Null where they are here.
  default @Nullable LongRange distantTimes() {
    return null;
  }

  /// The sources without those whose rows all lie outside a range of event time, as far as that is
  /// known without bringing them here.
  static List<RowSource> within(TimeInterval range, List<RowSource> sources) {
    return sources.stream().filter(source -> isWithin(range, source)).toList();
  }

  /// False where rows of the source that lie in the range are ruled out without bringing it here.
  static boolean isWithin(TimeInterval range, RowSource source) {
    LongRange times = source.distantTimes();
    Instant from = range.from();
    Instant to = range.to();
    return times == null
        || (from == null || times.max() >= ChronoUnit.MICROS.between(Instant.EPOCH, from))
            && (to == null || times.min() <= ChronoUnit.MICROS.between(Instant.EPOCH, to));
  }
}
