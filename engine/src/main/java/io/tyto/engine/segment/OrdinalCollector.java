package io.tyto.engine.segment;

import io.tyto.engine.encoding.BytesTable;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.schema.ColumnSpec;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads a column of bytes once and gives every value an ordinal, in order of first sight.
///
/// Holds four bytes a value (and a row, for lists) and the distinct values; gives up where these
/// turn out to be nearly all of them. Not thread-safe.
final class OrdinalCollector {
  private static final int NULL = -1;

  /// A verdict needs some values to rest on.
  private static final int MIN_VALUES = 1 << 16;

  private static final double MOSTLY_DISTINCT = 0.85;
  private static final int KEPT_DICTIONARIES = 8;
  private static final long MAX_TABLE_BYTES = 256L << 20;

  private final boolean isList;
  private final boolean mayGiveUp;
  private final BytesTable table = new BytesTable();
  private int[] ordinals = new int[1 << 12];
  private int[] lengths = new int[0]; // elements of each row of a list column
  private int size;
  private int rows;
  private int nulls;
  private boolean hasGivenUp;

  /// Dictionaries read last, the very last first, and what their ordinals became here.
  private final @Nullable Dictionary[] dictionaries = new Dictionary[KEPT_DICTIONARIES];

  private final int[][] maps = new int[KEPT_DICTIONARIES][0];

  OrdinalCollector(boolean isList, boolean mayGiveUp) {
    this.isList = isList;
    this.mayGiveUp = mayGiveUp;
  }

  /// False where a dictionary is out of the question.
  boolean collect(SourceRows source, ColumnSpec column) throws IOException {
    source.forEachBatch(column, this::visit);
    return !hasGivenUp;
  }

  BytesTable table() {
    return table;
  }

  int values() {
    return size;
  }

  int presentValues() {
    return size - nulls;
  }

  private void visit(ColumnVector vector, int[] positions, int count) {
    if (hasGivenUp) {
      return;
    }
    if (isList) {
      visitLists(vector, positions, count);
    } else {
      reserve(count);
      addAll(vector, positions, count);
    }
    rows += count;
    hasGivenUp =
        table.dataBytes() > MAX_TABLE_BYTES
            || mayGiveUp && size > MIN_VALUES && table.size() > MOSTLY_DISTINCT * presentValues();
  }

  private void visitLists(ColumnVector vector, int[] positions, int count) {
    if (lengths.length - rows < count) {
      lengths = Arrays.copyOf(lengths, Math.max(rows + count, lengths.length * 2));
    }
    for (int i = 0; i < count; i++) {
      int position = positions[i];
      if (!(vector instanceof ColumnVector.Lists lists) || lists.isNull(position)) {
        lengths[rows + i] = NULL;
        continue;
      }
      int from = lists.offsets()[position];
      int to = lists.offsets()[position + 1];
      lengths[rows + i] = to - from;
      reserve(to - from);
      for (int k = from; k < to; k++) {
        add(lists.elements(), k);
      }
    }
  }

  private void reserve(int count) {
    if (ordinals.length - size < count) {
      ordinals = Arrays.copyOf(ordinals, Math.max(Math.addExact(size, count), ordinals.length * 2));
    }
  }

  private void add(ColumnVector vector, int position) {
    ordinals[size++] = vector.isNull(position) ? NULL : ordinal(vector, position);
    nulls += ordinals[size - 1] == NULL ? 1 : 0;
  }

  private int ordinal(ColumnVector vector, int position) {
    return switch (vector) {
      case ColumnVector.Ordinals ordinals -> mapped(ordinals, position);
      case ColumnVector.Bytes bytes -> {
        int from = bytes.offsets()[position];
        yield table.add(bytes.data(), from, bytes.offsets()[position + 1] - from);
      }
      case ColumnVector.AllNull _,
          ColumnVector.Longs _,
          ColumnVector.Doubles _,
          ColumnVector.Lists _ ->
          throw new IllegalArgumentException(
              vector.getClass().getSimpleName() + " in a column of bytes");
    };
  }

  /// Values of one vector, nearly always without a null.
  private void addAll(ColumnVector vector, int[] positions, int count) {
    if (vector.nulls() == null && vector instanceof ColumnVector.Ordinals coded) {
      int[] known = mapOf(coded.dictionary());
      int[] codes = coded.values();
      for (int i = 0; i < count; i++) {
        int code = codes[positions[i]];
        int ordinal = known[code];
        ordinals[size + i] = (ordinal == 0 ? mapped(coded, positions[i]) + 1 : ordinal) - 1;
      }
      size += count;
      return;
    }
    for (int i = 0; i < count; i++) {
      add(vector, positions[i]);
    }
  }

  private int mapped(ColumnVector.Ordinals vector, int position) {
    int[] known = mapOf(vector.dictionary());
    int source = vector.values()[position];
    if (known[source] == 0) {
      byte[] value = vector.dictionary().value(source);
      known[source] = table.add(value, 0, value.length) + 1;
    }
    return known[source] - 1;
  }

  /// What the ordinals of a dictionary became here, plus 1; 0 where that is not known yet. Rows
  /// loaded from a file come with the dictionaries of two threads or more, in turns.
  @SuppressWarnings(
      "ReferenceEquality") // one dictionary a reader; equality would compare the values
  private int[] mapOf(Dictionary dictionary) {
    int at = 0;
    while (at < dictionaries.length && dictionaries[at] != dictionary) {
      at++;
    }
    if (at > 0) {
      int last = Math.min(at, dictionaries.length - 1);
      int[] found = at < dictionaries.length ? maps[at] : new int[0];
      System.arraycopy(dictionaries, 0, dictionaries, 1, last);
      System.arraycopy(maps, 0, maps, 1, last);
      dictionaries[0] = dictionary;
      maps[0] = found;
    }
    if (maps[0].length < dictionary.size()) {
      maps[0] = Arrays.copyOf(maps[0], dictionary.size());
    }
    return maps[0];
  }

  /// Puts the rows into another order, see {@link RowOrder}.
  void reorder(int[] order) {
    int[] moved = new int[size];
    if (!isList) {
      for (int row = 0; row < rows; row++) {
        moved[row] = ordinals[order[row]];
      }
      ordinals = moved;
      return;
    }
    int[] starts = new int[rows];
    for (int row = 1; row < rows; row++) {
      starts[row] = starts[row - 1] + Math.max(0, lengths[row - 1]);
    }
    int[] movedLengths = new int[rows];
    int at = 0;
    for (int row = 0; row < rows; row++) {
      movedLengths[row] = lengths[order[row]];
      int length = Math.max(0, movedLengths[row]);
      System.arraycopy(ordinals, starts[order[row]], moved, at, length);
      at += length;
    }
    ordinals = moved;
    lengths = movedLengths;
  }

  /// How often each ordinal occurs.
  int[] occurrences() {
    int[] counts = new int[table.size()];
    for (int i = 0; i < size; i++) {
      if (ordinals[i] != NULL) {
        counts[ordinals[i]]++;
      }
    }
    return counts;
  }

  /// Calls back for every value, with its row.
  void forEach(RowVisitor visitor) {
    int at = 0;
    for (int row = 0; row < rows; row++) {
      int count = isList ? Math.max(0, lengths[row]) : 1;
      for (int i = 0; i < count; i++, at++) {
        if (ordinals[at] != NULL) {
          visitor.visit(ordinals[at], row);
        }
      }
    }
  }

  @FunctionalInterface
  interface RowVisitor {
    void visit(int ordinal, int row);
  }

  /// The rows again, with ranks in place of ordinals.
  void forEachBatch(int[] ranks, SourceRows.BatchVisitor visitor) throws IOException {
    int[] positions = new int[RowSource.BATCH_ROWS];
    Arrays.setAll(positions, i -> i);
    int at = 0;
    for (int row = 0; row < rows; row += RowSource.BATCH_ROWS) {
      int count = Math.min(RowSource.BATCH_ROWS, rows - row);
      if (!isList) {
        visitor.visit(ranked(ranks, at, count), positions, count);
        at += count;
        continue;
      }
      int[] offsets = new int[count + 1];
      long[] listNulls = new long[(count + 63) >>> 6];
      for (int i = 0; i < count; i++) {
        int length = lengths[row + i];
        listNulls[i >>> 6] |= length == NULL ? 1L << i : 0;
        offsets[i + 1] = offsets[i] + Math.max(0, length);
      }
      ColumnVector elements = ranked(ranks, at, offsets[count]);
      visitor.visit(new ColumnVector.Lists(count, offsets, elements, listNulls), positions, count);
      at += offsets[count];
    }
  }

  private ColumnVector ranked(int[] ranks, int from, int count) {
    long[] values = new long[count];
    if (nulls == 0) {
      for (int i = 0; i < count; i++) {
        values[i] = ranks[ordinals[from + i]];
      }
      return new ColumnVector.Longs(count, values, null);
    }
    long[] nullWords = new long[(count + 63) >>> 6];
    for (int i = 0; i < count; i++) {
      int ordinal = ordinals[from + i];
      if (ordinal == NULL) {
        nullWords[i >>> 6] |= 1L << i;
      } else {
        values[i] = ranks[ordinal];
      }
    }
    return new ColumnVector.Longs(count, values, nullWords);
  }
}
