package io.tyto.engine.aggregate;

import io.tyto.engine.domain.ColumnDomain;
import io.tyto.engine.domain.EntityIds;
import io.tyto.engine.scan.Batch;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.util.Arrays;
import java.util.function.IntToLongFunction;

/// Where the codes of distinct values come from. Thread-safe.
sealed interface CodeReader {
  void codes(Batch batch, ColumnVector vector, GroupedRows rows, int[] codes);

  /// Codes are below it as far as known now.
  int limit();

  /// Where cells keep them.
  CellKind cellKind();

  /// Writes the values of codes.
  ///
  /// @param offsets of each group's codes, and the end of the last
  void store(int id, int count, int[] offsets, int[] codes, CellColumns target);

  /// The same for other nodes, which give values codes of their own.
  void ship(int id, int count, int[] offsets, int[] codes, CellColumns target);

  /// A number for the codes of the batch: batches of different numbers have no code in common.
  int range(Batch batch);

  record OfDomain(ColumnType.Scalar type, ColumnDomain domain) implements CodeReader {
    @Override
    public void codes(Batch batch, ColumnVector vector, GroupedRows rows, int[] codes) {
      int[] positions = rows.isWhole ? null : rows.positions;
      if (!domain.fold(vector, positions, rows.count, 0, codes)) {
        domain.codes(vector, rows.positions, rows.count, codes);
      }
    }

    @Override
    public CellKind cellKind() {
      return CellKind.VALUES;
    }

    @Override
    public void store(int id, int count, int[] offsets, int[] codes, CellColumns target) {
      ColumnVector elements =
          switch (type.physical()) {
            case LONG -> CellVectors.longs(codes.length, i -> (Long) domain.value(codes[i]));
            case DOUBLE -> {
              double[] values = new double[codes.length];
              Arrays.setAll(values, i -> (Double) domain.value(codes[i]));
              yield new ColumnVector.Doubles(values.length, values, null);
            }
            case BYTES -> CellVectors.bytes(codes.length, i -> (byte[]) domain.value(codes[i]));
          };
      target.add(
          id,
          new ColumnType.ListType(type),
          new ColumnVector.Lists(count, offsets, elements, null));
    }

    @Override
    public void ship(int id, int count, int[] offsets, int[] codes, CellColumns target) {
      store(id, count, offsets, codes, target);
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
    public CellKind cellKind() {
      return CellKind.ENTITIES;
    }

    /// Of one partition alone, where the code is the id.
    @Override
    public void store(int id, int count, int[] offsets, int[] codes, CellColumns target) {
      if (ids.bases().values().stream().anyMatch(base -> base != 0)) {
        throw new IllegalStateException("cells are made of rows of one partition");
      }
      target.add(
          id,
          new ColumnType.ListType(ColumnType.LONG),
          new ColumnVector.Lists(
              count, offsets, CellVectors.longs(codes.length, i -> codes[i]), null));
    }

    /// Longs that say partition and id.
    @Override
    public void ship(int id, int count, int[] offsets, int[] codes, CellColumns target) {
      IntToLongFunction global = ids.global();
      ColumnVector entities = CellVectors.longs(codes.length, i -> global.applyAsLong(codes[i]));
      target.add(
          id,
          new ColumnType.ListType(ColumnType.LONG),
          new ColumnVector.Lists(count, offsets, entities, null));
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
