package io.tyto.engine.aggregate;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.domain.EntityIds;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.vector.ColumnVector;

/// Where the codes of distinct values come from. Thread-safe.
sealed interface CodeReader {
  void codes(Batch batch, ColumnVector vector, GroupedRows rows, int[] codes);

  /// Codes are below it as far as known now.
  int limit();

  /// A number for the codes of the batch: batches of different numbers have no code in common.
  int range(Batch batch);

  record OfDomain(ColumnDomain domain) implements CodeReader {
    @Override
    public void codes(Batch batch, ColumnVector vector, GroupedRows rows, int[] codes) {
      int[] positions = rows.isWhole ? null : rows.positions;
      if (!domain.fold(vector, positions, rows.count, 0, codes)) {
        domain.codes(vector, rows.positions, rows.count, codes);
      }
    }

    @Override
    public int range(Batch batch) {
      return 0;
    }

    @Override
    public int limit() {
      return domain.limit();
    }
  }

  record OfEntity(EntityIds ids) implements CodeReader {
    @Override
    public void codes(Batch batch, ColumnVector vector, GroupedRows rows, int[] codes) {
      ids.codes(batch, vector, rows.isWhole ? null : rows.positions, rows.count, codes);
    }

    @Override
    public int range(Batch batch) {
      return batch.source().partition();
    }

    @Override
    public int limit() {
      return ids.limit();
    }
  }
}
