package io.tyto.engine.aggregate;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.vector.ColumnVector;
import java.util.Map;

/// Where the codes of distinct values come from. Thread-safe.
sealed interface CodeReader {
  void codes(Batch batch, ColumnVector vector, GroupedRows rows, int[] codes);

  /// Codes are below it as far as known now.
  int limit();

  record OfDomain(ColumnDomain domain) implements CodeReader {
    @Override
    public void codes(Batch batch, ColumnVector vector, GroupedRows rows, int[] codes) {
      domain.codes(vector, rows.positions, rows.count, codes);
    }

    @Override
    public int limit() {
      return domain.limit();
    }
  }

  /// Dense entity ids: an entity lives in one partition only, so ids of partitions are laid end to
  /// end.
  ///
  /// @param bases added to the ids of each partition
  record OfEntity(Map<Integer, Integer> bases, int limit) implements CodeReader {
    @Override
    public void codes(Batch batch, ColumnVector vector, GroupedRows rows, int[] codes) {
      long[] ids = ColumnAccumulator.longs(vector);
      int base = bases.getOrDefault(batch.source().partition(), 0);
      for (int i = 0; i < rows.count; i++) {
        int id = (int) ids[rows.positions[i]];
        codes[i] = id == 0 ? 0 : id + base;
      }
    }
  }
}
