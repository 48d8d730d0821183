package io.tyto.engine.segment;

import io.tyto.engine.source.BatchSets;
import io.tyto.engine.source.CellSource;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.index.InvertedIndex;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads a whole segment again: every byte against its checksum, every value against what the rest
/// of the file says about it.
final class SegmentVerification {
  private final Segment segment;
  private final Container container;
  private final List<Fault> faults = new ArrayList<>();
  private final int[] positions = new int[RowSource.BATCH_ROWS];

  SegmentVerification(Segment segment, Container container) {
    this.segment = segment;
    this.container = container;
    Arrays.setAll(positions, i -> i);
  }

  List<Fault> run() {
    faults.addAll(container.verifyBytes());
    if (faults.isEmpty()) {
      for (int columnId : container.ids(BlockKind.COLUMN)) {
        if (columnId < CellDescriptor.FIRST_COLUMN_ID) {
          boolean isSorted = segment.sortKey().equals(SegmentInfo.sortKey(columnId));
          verify(columnId, segment.column(columnId), segment.rowCount(), isSorted);
        }
      }
      verifyCells();
    }
    return faults;
  }

  private void verifyCells() {
    try {
      for (CellSource source : segment.cells()) {
        CellDescriptor descriptor = ((SegmentCells) source).descriptor();
        descriptor
            .columns()
            .forEach((id, stored) ->
                verify(
                    stored,
                    source.column(id),
                    descriptor.cells(),
                    id == descriptor.shape().time()));
      }
    } catch (CorruptSegmentException e) {
      faults.add(e.fault());
    }
  }

  private void verify(int columnId, @Nullable ColumnReader reader, int rows, boolean isSorted) {
    try {
      if (reader != null) {
        verifyColumn(columnId, reader, rows, isSorted);
      }
    } catch (CorruptSegmentException e) {
      faults.add(e.fault());
    }
  }

  private void verifyColumn(int columnId, ColumnReader reader, int rows, boolean isSorted) {
    Dictionary dictionary = reader.dictionary();
    if (dictionary != null) {
      verifyOrder(columnId, dictionary);
    }
    int[] occurrences = new int[dictionary == null ? 0 : dictionary.size()];
    RowOrder.Check order = isSorted ? new RowOrder.Check() : null;
    for (int from = 0; from < rows; ) {
      int block = from / RowSource.BLOCK_ROWS;
      from = verifyBlock(columnId, reader, rows, block, occurrences, order);
    }
    BatchSets sets = reader.batchSets();
    if (sets != null) {
      verifyBatchSets(columnId, reader, sets);
    }
    InvertedIndex index = reader.index();
    if (index != null) {
      verifyIndex(columnId, reader, rows, index, occurrences);
    }
  }

  private void verifyOrder(int columnId, Dictionary dictionary) {
    byte[] last = null;
    for (int ordinal = 0; ordinal < dictionary.size(); ordinal++) {
      byte[] value = dictionary.value(ordinal);
      if (last != null && Arrays.compareUnsigned(last, value) >= 0) {
        fault(BlockKind.DICTIONARY, columnId, 0, "ascending values", "ordinal " + ordinal);
        return;
      }
      last = value;
    }
  }

  /// Returns the first row after the block.
  private int verifyBlock(
      int columnId,
      ColumnReader reader,
      int rows,
      int block,
      int[] occurrences,
      RowOrder.@Nullable Check order) {
    Zone zone = reader.zone(block);
    int first = block * RowSource.BLOCK_ROWS;
    int end = Math.min(first + RowSource.BLOCK_ROWS, rows);
    int nulls = 0;
    ZoneCheck bounds = new ZoneCheck(zone, occurrences);
    for (int from = first; from < end; from += RowSource.BATCH_ROWS) {
      int count = Math.min(RowSource.BATCH_ROWS, end - from);
      ColumnVector vector = reader.read(from, count);
      for (int i = 0; i < count; i++) {
        nulls += vector.isNull(i) ? 1 : 0;
      }
      if (order != null) {
        order.add(vector, positions, count);
      }
      bounds.visit(vector instanceof ColumnVector.Lists lists ? lists.elements() : vector);
    }
    if (zone == null || zone.rows() != end - first || zone.nulls() != nulls) {
      fault(BlockKind.COLUMN, columnId, 0, (end - first) + " rows, " + nulls + " nulls", "" + zone);
    } else if (bounds.isViolated) {
      fault(BlockKind.VALUES, columnId, block, "values within " + zone, "a value outside");
    } else if (order != null && !order.isAscending()) {
      fault(BlockKind.COLUMN, columnId, 0, "rows that ascend, nulls last", "block " + block);
    }
    return end;
  }

  /// Watches that values lie within their zone and ordinals within their dictionary.
  private static final class ZoneCheck {
    private final Zone zone;
    private final int[] occurrences;
    private boolean isViolated;

    ZoneCheck(@Nullable Zone zone, int[] occurrences) {
      this.zone = zone == null ? new Zone(0, 0, false, 0, 0, 0, 0) : zone;
      this.occurrences = occurrences;
    }

    void visit(ColumnVector vector) {
      for (int i = 0; i < vector.length(); i++) {
        if (!vector.isNull(i)) {
          isViolated |= !isInside(vector, i);
        }
      }
    }

    private boolean isInside(ColumnVector vector, int i) {
      return switch (vector) {
        case ColumnVector.Longs longs -> isInside(longs.values()[i]);
        case ColumnVector.Doubles doubles ->
            zone.hasBounds()
                && doubles.values()[i] >= zone.minDouble()
                && doubles.values()[i] <= zone.maxDouble();
        case ColumnVector.Ordinals ordinals -> {
          int ordinal = ordinals.values()[i];
          boolean isKnown = ordinal >= 0 && ordinal < occurrences.length;
          if (isKnown) {
            occurrences[ordinal]++;
          }
          yield isKnown && isInside(ordinal);
        }
        case ColumnVector.Bytes _, ColumnVector.Lists _, ColumnVector.AllNull _ -> true;
      };
    }

    private boolean isInside(long value) {
      return zone.hasBounds() && value >= zone.minLong() && value <= zone.maxLong();
    }
  }

  private void verifyBatchSets(int columnId, ColumnReader reader, BatchSets sets) {
    for (int from = 0; from < segment.rowCount(); from += RowSource.BATCH_ROWS) {
      int batch = from / RowSource.BATCH_ROWS;
      int group = batch / BatchSets.GROUP_BATCHES;
      ColumnVector vector =
          reader.read(from, Math.min(RowSource.BATCH_ROWS, segment.rowCount() - from));
      for (int i = 0; i < vector.length(); i++) {
        if (!vector.isNull(i) && (sets.mayHold(group, hash(vector, i)) >>> batch & 1) == 0) {
          fault(BlockKind.BATCH_SETS, columnId, group, "all values of batch " + batch, "not all");
          return;
        }
      }
    }
  }

  private static long hash(ColumnVector vector, int position) {
    return switch (vector) {
      case ColumnVector.Longs longs -> BatchSets.hash(longs.values()[position]);
      case ColumnVector.Ordinals coded -> BatchSets.hash(coded.values()[position]);
      case ColumnVector.Bytes bytes -> {
        int start = bytes.offsets()[position];
        yield BatchSets.hash(bytes.data(), start, bytes.offsets()[position + 1] - start);
      }
      case ColumnVector.AllNull _, ColumnVector.Doubles _, ColumnVector.Lists _ ->
          throw new IllegalArgumentException("no sets of " + vector.getClass().getSimpleName());
    };
  }

  private void verifyIndex(
      int columnId, ColumnReader reader, int rows, InvertedIndex index, int[] occurrences) {
    boolean isList = reader.type().isList();
    for (int ordinal = 0; ordinal < occurrences.length; ordinal++) {
      int indexed = index.rows(ordinal).countBetween(0, rows);
      boolean isRight = isList ? indexed <= occurrences[ordinal] : indexed == occurrences[ordinal];
      if (!isRight) {
        fault(
            BlockKind.INVERTED_INDEX,
            columnId,
            0,
            occurrences[ordinal] + " rows of ordinal " + ordinal,
            indexed + " rows");
        return;
      }
    }
  }

  private void fault(BlockKind kind, int id, int block, String expected, String actual) {
    Container.Block found = container.find(kind, id, block);
    if (found == null) {
      throw new TytoException(ErrorCode.INTERNAL, "no block " + kind + " " + id + "/" + block);
    }
    faults.add(new Fault(container.name(), found.byteOffset(), expected, actual));
  }
}
