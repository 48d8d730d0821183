package io.tyto.engine.scan;

import io.tyto.engine.expression.DerivedColumns;
import io.tyto.engine.source.CellKind;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.source.StateSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnSpec;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A window of consecutive rows of one source whose columns are read when first asked for. Not
/// thread-safe: one per thread.
///
/// Once {@link #select} has said that only some rows still count, columns not read before are read
/// for those alone: their values at other positions are unspecified.
///
/// Lifetime: a vector is valid until the batch moves on.
public final class Batch {
  private final ColumnSlots slots;
  private final @Nullable ColumnReader[] readers;
  private final boolean[] opened;
  private final @Nullable ColumnVector[] vectors;
  private @Nullable RowSource source;
  private int sourceIndex = -1;
  private int from;
  private int length;
  private int[] selection = new int[0];

  /// How many rows are selected; -1: all.
  private int selected = -1;

  private long bytesRead;

  /// States of the cells, where the source holds cells.
  private final Map<Integer, ColumnReader> cellReaders = new HashMap<>();

  private boolean holdsCells;

  public Batch(ColumnSlots slots) {
    this.slots = slots;
    readers = new ColumnReader[slots.size()];
    opened = new boolean[slots.size()];
    vectors = new ColumnVector[slots.size()];
  }

  /// Enters a source; readers of the former one are dropped.
  public void enter(RowSource newSource, int newSourceIndex) {
    source = newSource;
    holdsCells = newSource instanceof StateSource;
    cellReaders.clear();
    sourceIndex = newSourceIndex;
    Arrays.fill(readers, null);
    Arrays.fill(opened, false);
    Arrays.fill(vectors, null);
    length = 0;
    selected = -1;
  }

  /// Moves to rows `[newFrom, newFrom + newLength)` of the source.
  public void move(int newFrom, int newLength) {
    from = newFrom;
    length = newLength;
    selected = -1;
    Arrays.fill(vectors, null);
  }

  /// Says that until the batch moves on nobody asks for the values of other rows than these.
  ///
  /// @param positions `[0, count)` ascend, and are among those of an earlier call; copied
  public void select(int[] positions, int count) {
    if (selection.length < count) {
      selection = new int[Math.max(count, length)];
    }
    System.arraycopy(positions, 0, selection, 0, count);
    selected = count;
  }

  /// Whether a column's vector was read already.
  public boolean isRead(int slot) {
    return vectors[slot] != null;
  }

  /// Counts values that were tested where they are stored, without a vector.
  public void countTested(int values) {
    bytesRead += (long) values * Integer.BYTES;
  }

  public RowSource source() {
    RowSource current = source;
    if (current == null) {
      throw new IllegalStateException("the batch is in no source");
    }
    return current;
  }

  /// Position of the source in the scan's list.
  public int sourceIndex() {
    return sourceIndex;
  }

  public int from() {
    return from;
  }

  public int length() {
    return length;
  }

  /// Bytes of vectors read so far, over all batches.
  public long bytesRead() {
    return bytesRead;
  }

  /// The reader of a slot, or null where the source has no such column and none is derived.
  public @Nullable ColumnReader reader(int slot) {
    if (!opened[slot]) {
      readers[slot] = open(slots.column(slot));
      opened[slot] = true;
    }
    return readers[slot];
  }

  /// Whether the rows are cells: then states are to be merged instead of values taken in.
  public boolean holdsCells() {
    return holdsCells;
  }

  /// What the cells keep of a slot's column, or null where they keep no such thing. Valid until the
  /// next call for the same, or the next move.
  ///
  /// @param slot negative for {@link CellKind#ROWS}
  public @Nullable ColumnVector cells(CellKind kind, int slot) {
    ColumnReader reader = cellReader(kind, slot);
    if (reader == null) {
      return null;
    }
    ColumnVector vector =
        selected > 0 && reader.type().isList() ? selectedLists(reader) : reader.read(from, length);
    bytesRead += sizeBytes(vector);
    return vector;
  }

  /// Lists of the selected rows and of those between: of the cells of a year a query may want one,
  /// and each may hold a million ids.
  private ColumnVector selectedLists(ColumnReader reader) {
    int first = selection[0];
    int count = selection[selected - 1] + 1 - first;
    if (!(reader.read(from + first, count) instanceof ColumnVector.Lists lists)) {
      return new ColumnVector.AllNull(length);
    }
    int[] offsets = new int[length + 1];
    System.arraycopy(lists.offsets(), 0, offsets, first, count + 1);
    Arrays.fill(offsets, first + count, length + 1, lists.offsets()[count]);
    long[] nulls = null;
    for (int i = 0; i < count && lists.nulls() != null; i++) {
      if (lists.isNull(i)) {
        nulls = nulls == null ? new long[(length + 63) >>> 6] : nulls;
        nulls[first + i >>> 6] |= 1L << first + i;
      }
    }
    return new ColumnVector.Lists(length, offsets, lists.elements(), nulls);
  }

  /// How many elements the lists have that the cells keep of a slot's column; false, and nothing
  /// written, where they keep none.
  public boolean cellLengths(CellKind kind, int slot, int[] lengths) {
    ColumnReader reader = cellReader(kind, slot);
    if (reader == null) {
      return false;
    }
    reader.lengths(from, length, lengths);
    bytesRead += (long) length * Integer.BYTES;
    return true;
  }

  private @Nullable ColumnReader cellReader(CellKind kind, int slot) {
    int id = kind.id(slot < 0 ? 0 : slots.column(slot).id());
    ColumnReader reader = cellReaders.get(id);
    if (reader == null) {
      reader = source().column(id);
      if (reader != null) {
        cellReaders.put(id, reader);
      }
    }
    return reader;
  }

  private @Nullable ColumnReader open(ColumnSpec column) {
    ColumnReader stored = source().column(column.id());
    return stored == null && !holdsCells && column.isComputable()
        ? DerivedColumns.reader(source(), slots.schema(), column)
        : stored;
  }

  public ColumnVector column(int slot) {
    ColumnVector vector = vectors[slot];
    if (vector == null) {
      ColumnReader reader = reader(slot);
      if (reader == null) {
        vector = new ColumnVector.AllNull(length);
      } else if (selected < 0) {
        vector = reader.read(from, length);
        bytesRead += sizeBytes(vector);
      } else {
        vector = reader.read(from, length, selection, selected);
        bytesRead += (long) selected * Long.BYTES;
      }
      vectors[slot] = vector;
    }
    return vector;
  }

  private static long sizeBytes(ColumnVector vector) {
    return switch (vector) {
      case ColumnVector.AllNull _ -> 0;
      case ColumnVector.Longs longs -> longs.length() * 8L;
      case ColumnVector.Doubles doubles -> doubles.length() * 8L;
      case ColumnVector.Ordinals ordinals -> ordinals.length() * 4L;
      case ColumnVector.Bytes bytes ->
          bytes.length() * 4L + bytes.offsets()[bytes.length()] - bytes.offsets()[0];
      case ColumnVector.Lists lists -> lists.length() * 4L + sizeBytes(lists.elements());
    };
  }
}
