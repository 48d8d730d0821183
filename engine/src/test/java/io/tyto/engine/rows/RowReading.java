package io.tyto.engine.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.ColumnVector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Turns vectors back into plain values, and compares them.
public final class RowReading {
  private RowReading() {}

  /// All values of a column over the sources, read in batches of random length; null where a source
  /// lacks the column.
  public static List<@Nullable Object> column(
      List<? extends RowSource> sources, int id, Random random) {
    List<@Nullable Object> values = new ArrayList<>();
    for (RowSource source : sources) {
      ColumnReader reader = source.column(id);
      for (int from = 0; from < source.rowCount(); ) {
        int blockEnd = (from / RowSource.BLOCK_ROWS + 1) * RowSource.BLOCK_ROWS;
        int left = Math.min(blockEnd, source.rowCount()) - from;
        int most = Math.min(RowSource.BATCH_ROWS, left);
        int count = random.nextInt(3) == 0 ? 1 + random.nextInt(most) : most;
        ColumnVector vector =
            reader == null ? new ColumnVector.AllNull(count) : reader.read(from, count);
        assertEquals(count, vector.length());
        for (int i = 0; i < count; i++) {
          values.add(value(vector, i));
        }
        from += count;
      }
    }
    return values;
  }

  public static @Nullable Object value(ColumnVector vector, int position) {
    if (vector.isNull(position)) {
      return null;
    }
    return switch (vector) {
      case ColumnVector.AllNull _ -> null;
      case ColumnVector.Longs longs -> longs.values()[position];
      case ColumnVector.Doubles doubles -> doubles.values()[position];
      case ColumnVector.Ordinals ordinals ->
          ordinals.dictionary().value(ordinals.values()[position]);
      case ColumnVector.Bytes bytes ->
          Arrays.copyOfRange(
              bytes.data(), bytes.offsets()[position], bytes.offsets()[position + 1]);
      case ColumnVector.Lists lists -> {
        int from = lists.offsets()[position];
        @Nullable Object[] elements = new Object[lists.offsets()[position + 1] - from];
        for (int i = 0; i < elements.length; i++) {
          elements[i] = value(lists.elements(), from + i);
        }
        yield elements;
      }
    };
  }

  public static void assertSame(
      List<? extends @Nullable Object> expected,
      List<? extends @Nullable Object> actual,
      String what) {
    assertEquals(expected.size(), actual.size(), what);
    for (int i = 0; i < expected.size(); i++) {
      if (!isSame(expected.get(i), actual.get(i))) {
        throw new AssertionError(
            what + ": row " + i + " is " + show(actual.get(i)) + ", not " + show(expected.get(i)));
      }
    }
  }

  private static boolean isSame(@Nullable Object left, @Nullable Object right) {
    return Objects.deepEquals(new Object[] {left}, new Object[] {right});
  }

  private static String show(@Nullable Object value) {
    return Arrays.deepToString(new Object[] {value});
  }
}
