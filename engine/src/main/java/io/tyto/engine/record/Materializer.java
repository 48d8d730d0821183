package io.tyto.engine.record;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ColumnSpec;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads columns of single rows, in the order the rows are stored in.
final class Materializer {
  private final ColumnSlots slots;
  private final List<RowSource> sources;
  private final ScanContext context;

  Materializer(ColumnSlots slots, List<RowSource> sources, ScanContext context) {
    this.slots = slots;
    this.sources = sources;
    this.context = context;
  }

  List<ResultColumn> read(List<RowScan.RowPosition> positions, int[] columnSlots) {
    List<@Nullable Object[]> values = new ArrayList<>();
    for (int column = 0; column < columnSlots.length; column++) {
      values.add(new Object[positions.size()]);
    }
    Integer[] order = new Integer[positions.size()];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        Comparator.comparingInt((Integer i) -> positions.get(i).source())
            .thenComparingInt(i -> positions.get(i).row()));
    Batch batch = new Batch(slots);
    int entered = -1;
    for (int i : order) {
      context.check();
      RowScan.RowPosition position = positions.get(i);
      if (position.source() != entered) {
        entered = position.source();
        batch.enter(sources.get(entered), entered);
      }
      batch.move(position.row(), 1);
      for (int column = 0; column < columnSlots.length; column++) {
        int slot = columnSlots[column];
        ColumnType type = slots.column(slot).type();
        Object value = logical(type, batch.column(slot), 0);
        context.memory().reserve(heapBytes(value));
        values.get(column)[i] = value;
      }
    }
    List<ResultColumn> columns = new ArrayList<>();
    for (int column = 0; column < columnSlots.length; column++) {
      columns.add(column(slots.column(columnSlots[column]), values.get(column)));
    }
    return columns;
  }

  /// About what a value takes: rows may hold texts of a megabyte each.
  private static long heapBytes(@Nullable Object value) {
    return switch (value) {
      case String text -> 48L + 2L * text.length();
      case List<?> elements -> {
        long bytes = 48;
        for (Object element : elements) {
          bytes += heapBytes(element);
        }
        yield bytes;
      }
      case null, default -> 24;
    };
  }

  private static ResultColumn column(ColumnSpec spec, @Nullable Object[] values) {
    return switch (spec.type()) {
      case ColumnType.IntType _, ColumnType.LongType _ -> {
        long[] longs = new long[values.length];
        BitSet nulls = new BitSet();
        for (int i = 0; i < values.length; i++) {
          nulls.set(i, values[i] == null);
          longs[i] = values[i] instanceof Long value ? value : 0;
        }
        yield new ResultColumn.Longs(longs, nulls);
      }
      case ColumnType.DoubleType _ -> {
        double[] doubles = new double[values.length];
        BitSet nulls = new BitSet();
        for (int i = 0; i < values.length; i++) {
          nulls.set(i, values[i] == null);
          doubles[i] = values[i] instanceof Double value ? value : 0;
        }
        yield new ResultColumn.Doubles(doubles, nulls);
      }
      default -> new ResultColumn.Objects(values);
    };
  }

  private static @Nullable Object logical(ColumnType type, ColumnVector vector, int position) {
    if (vector.isNull(position)) {
      return null;
    }
    ColumnType.Scalar element = type.element();
    return switch (vector) {
      case ColumnVector.AllNull _ -> null;
      case ColumnVector.Longs longs -> Values.fromLong(element, longs.values()[position]);
      case ColumnVector.Doubles doubles -> doubles.values()[position];
      case ColumnVector.Ordinals coded ->
          Values.fromBytes(element, coded.dictionary().value(coded.values()[position]));
      case ColumnVector.Bytes bytes ->
          Values.fromBytes(
              element,
              Arrays.copyOfRange(
                  bytes.data(), bytes.offsets()[position], bytes.offsets()[position + 1]));
      case ColumnVector.Lists lists -> {
        List<@Nullable Object> values = new ArrayList<>();
        for (int i = lists.offsets()[position]; i < lists.offsets()[position + 1]; i++) {
          values.add(logical(element, lists.elements(), i));
        }
        yield Collections.unmodifiableList(values);
      }
    };
  }
}
