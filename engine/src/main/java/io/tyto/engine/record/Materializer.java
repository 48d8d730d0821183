package io.tyto.engine.record;

import io.tyto.engine.scan.Batch;
import io.tyto.engine.scan.ColumnSlots;
import io.tyto.engine.scan.ScanContext;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.result.ResultColumn;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads columns of single rows, in the order the rows are stored in, those that lie near each
/// other together.
final class Materializer {
  /// Dictionaries of at most so many values are decoded once a source.
  private static final int MAX_DECODED = 1 << 16;

  private final ColumnSlots slots;
  private final List<RowSource> sources;
  private final ScanContext context;

  Materializer(ColumnSlots slots, List<RowSource> sources, ScanContext context) {
    this.slots = slots;
    this.sources = sources;
    this.context = context;
  }

  /// @param positions each once
  List<ResultColumn> read(List<RowScan.RowPosition> positions, int[] columnSlots) {
    int rows = positions.size();
    List<Target> targets = new ArrayList<>();
    for (int slot : columnSlots) {
      targets.add(new Target(slots.column(slot).type(), rows));
    }
    Integer[] order = new Integer[rows];
    Arrays.setAll(order, i -> i);
    Arrays.sort(
        order,
        Comparator.comparingInt((Integer i) -> positions.get(i).source())
            .thenComparingInt(i -> positions.get(i).row()));
    Batch batch = new Batch(slots);
    int[] from = new int[RowSource.BATCH_ROWS];
    int[] to = new int[RowSource.BATCH_ROWS];
    int entered = -1;
    for (int i = 0; i < rows; ) {
      context.check();
      RowScan.RowPosition first = positions.get(order[i]);
      if (first.source() != entered) {
        entered = first.source();
        batch.enter(sources.get(entered), entered);
      }
      int start = first.row() & -RowSource.BATCH_ROWS;
      int count = 0;
      for (; i < rows; i++, count++) {
        RowScan.RowPosition next = positions.get(order[i]);
        if (next.source() != entered || next.row() - start >= RowSource.BATCH_ROWS) {
          break;
        }
        from[count] = next.row() - start;
        to[count] = order[i];
      }
      move(batch, start, from, count);
      long bytes = 0;
      for (int column = 0; column < columnSlots.length; column++) {
        bytes += targets.get(column).take(batch.column(columnSlots[column]), from, to, count);
      }
      context.memory().reserve(bytes);
    }
    return targets.stream().map(Target::column).toList();
  }

  private static void move(Batch batch, int start, int[] from, int count) {
    if (count == 1) {
      batch.move(start + from[0], 1);
      from[0] = 0;
      return;
    }
    batch.move(start, Math.min(RowSource.BATCH_ROWS, batch.source().rowCount() - start));
    batch.select(from, count);
  }

  /// A column of the rows wanted, as it is filled.
  private static final class Target {
    private final ColumnType type;
    private final ResultColumn column;

    /// The values of the dictionary at hand as far as they were asked for; equal ones are not
    /// looked for, as comparing them would take longer than decoding.
    private final Map<Dictionary, Object[]> decoded = new IdentityHashMap<>(1);

    Target(ColumnType type, int rows) {
      this.type = type;
      this.column =
          switch (type) {
            case ColumnType.IntType _, ColumnType.LongType _ ->
                new ResultColumn.Longs(new long[rows], new BitSet());
            case ColumnType.DoubleType _ ->
                new ResultColumn.Doubles(new double[rows], new BitSet());
            default -> new ResultColumn.Objects(new Object[rows]);
          };
    }

    ResultColumn column() {
      return column;
    }

    /// Takes `count` values at positions `from` into the rows `to`; about how many bytes they hold.
    long take(ColumnVector vector, int[] from, int[] to, int count) {
      return switch (column) {
        case ResultColumn.Longs longs -> {
          for (int i = 0; i < count; i++) {
            if (vector.isNull(from[i])) {
              longs.nulls().set(to[i]);
            } else if (vector instanceof ColumnVector.Longs values) {
              longs.values()[to[i]] = values.values()[from[i]];
            } else {
              throw new IllegalStateException(type + " is read as " + vector.getClass());
            }
          }
          yield (long) count * Long.BYTES;
        }
        case ResultColumn.Doubles doubles -> {
          for (int i = 0; i < count; i++) {
            if (vector.isNull(from[i])) {
              doubles.nulls().set(to[i]);
            } else if (vector instanceof ColumnVector.Doubles values) {
              doubles.values()[to[i]] = values.values()[from[i]];
            } else {
              throw new IllegalStateException(type + " is read as " + vector.getClass());
            }
          }
          yield (long) count * Double.BYTES;
        }
        case ResultColumn.Objects(Object[] values) ->
            vector instanceof ColumnVector.Ordinals coded
                    && coded.dictionary().size() <= MAX_DECODED
                ? takeCoded(coded, values, from, to, count)
                : takeEach(vector, values, from, to, count);
      };
    }

    private long takeEach(
        ColumnVector vector, @Nullable Object[] values, int[] from, int[] to, int count) {
      long bytes = 0;
      for (int i = 0; i < count; i++) {
        Object value = logical(type, vector, from[i]);
        values[to[i]] = value;
        bytes += heapBytes(value);
      }
      return bytes;
    }

    private long takeCoded(
        ColumnVector.Ordinals coded, @Nullable Object[] values, int[] from, int[] to, int count) {
      @Nullable Object[] texts = decoded.get(coded.dictionary());
      if (texts == null || texts.length < coded.dictionary().size()) {
        texts = new Object[coded.dictionary().size()];
        decoded.clear();
        decoded.put(coded.dictionary(), texts);
      }
      long bytes = (long) count * Long.BYTES;
      for (int i = 0; i < count; i++) {
        if (coded.isNull(from[i])) {
          continue;
        }
        int ordinal = coded.values()[from[i]];
        Object value = texts[ordinal];
        if (value == null) {
          value = Values.fromBytes(type.element(), coded.dictionary().value(ordinal));
          texts[ordinal] = value;
          bytes += heapBytes(value);
        }
        values[to[i]] = value;
      }
      return bytes;
    }
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
