package io.tyto.engine.segment;

import io.tyto.engine.expression.DerivedColumns;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.SystemColumns;
import io.tyto.model.schema.TableSchema;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows that go into a segment: those of all sources, one after the other, that the filter
/// keeps.
final class SourceRows {
  private final TableSchema schema;
  private final List<RowSource> sources;
  private final BitSet @Nullable [] kept;
  private final int[] positions = new int[RowSource.BATCH_ROWS];
  private final long count;

  /// Receives one column, batch by batch.
  @FunctionalInterface
  interface BatchVisitor {
    /// @param positions of the vector that count, ascending
    void visit(ColumnVector vector, int[] positions, int count) throws IOException;
  }

  SourceRows(TableSchema schema, List<RowSource> sources, @Nullable RowFilter keep) {
    this.schema = schema;
    this.sources = sources;
    kept = keep == null ? null : ask(sources, keep);
    long rows = 0;
    for (int i = 0; i < sources.size(); i++) {
      rows += kept == null ? sources.get(i).rowCount() : kept[i].cardinality();
    }
    count = rows;
  }

  private static BitSet[] ask(List<RowSource> sources, RowFilter keep) {
    BitSet[] kept = new BitSet[sources.size()];
    for (int i = 0; i < kept.length; i++) {
      int rows = sources.get(i).rowCount();
      kept[i] = new BitSet(rows);
      for (int row = 0; row < rows; row++) {
        kept[i].set(row, keep.keeps(i, row));
      }
    }
    return kept;
  }

  long count() {
    return count;
  }

  int partition() {
    return sources.isEmpty() ? 0 : sources.getFirst().partition();
  }

  void forEachBatch(ColumnSpec column, BatchVisitor visitor) throws IOException {
    for (int i = 0; i < sources.size(); i++) {
      RowSource source = sources.get(i);
      ColumnReader reader = reader(source, column);
      for (int from = 0; from < source.rowCount(); from += RowSource.BATCH_ROWS) {
        int length = Math.min(RowSource.BATCH_ROWS, source.rowCount() - from);
        int selected = select(i, from, length);
        if (selected > 0) {
          ColumnVector vector =
              reader == null ? new ColumnVector.AllNull(length) : reader.read(from, length);
          visitor.visit(vector, positions, selected);
        }
      }
    }
  }

  /// A derived column that a source is too old for is computed, or its values would be lost with
  /// the source.
  private @Nullable ColumnReader reader(RowSource source, ColumnSpec column) {
    ColumnReader stored = source.column(column.id());
    boolean isComputed =
        stored == null && column.isComputable() && column.id() >= SystemColumns.FIRST_USER_ID;
    return isComputed ? DerivedColumns.reader(source, schema, column) : stored;
  }

  private int select(int source, int from, int length) {
    if (kept == null) {
      for (int i = 0; i < length; i++) {
        positions[i] = i;
      }
      return length;
    }
    BitSet rows = kept[source];
    int selected = 0;
    for (int row = rows.nextSetBit(from);
        row >= 0 && row < from + length;
        row = rows.nextSetBit(row + 1)) {
      positions[selected++] = row - from;
    }
    return selected;
  }
}
