package io.tyto.engine.tail;

import io.tyto.engine.encoding.BytesTable;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Dictionary-coded bytes; ordinals in order of first sight.
final class TailOrdinals implements TailColumn {
  private final NullBits nulls = new NullBits();
  private final BytesTable table = new BytesTable();
  private volatile int[] values;
  private int size;

  TailOrdinals(int capacity) {
    values = new int[capacity];
  }

  /// Writer only: most of the values occur once, so that a dictionary is a burden.
  boolean isMostlyDistinct() {
    return table.size() > size / 4 * 3;
  }

  @Override
  public int append(@Nullable Object value) {
    return value == null ? appendNull() : appendBytes((byte[]) value);
  }

  @Override
  public int appendNull() {
    nulls.set(size);
    return appendOrdinal(0);
  }

  @Override
  public int appendBytes(byte[] value) {
    int before = table.size();
    int ordinal = table.add(value, 0, value.length);
    int added = ordinal == before ? value.length + ENTRY_BYTES : 0;
    return appendOrdinal(ordinal) + added;
  }

  /// Appends the value appended last, which was not null, without looking it up again.
  int appendAgain() {
    return appendOrdinal(values[size - 1]);
  }

  private int appendOrdinal(int ordinal) {
    int[] array = values;
    if (size == array.length) {
      array = Arrays.copyOf(array, size * 2);
      values = array;
    }
    array[size++] = ordinal;
    return Integer.BYTES;
  }

  @Override
  public Cursor cursor(int rows) {
    return new OrdinalsCursor(values, new TableDictionary(table, table.size()), nulls, rows);
  }

  /// The dictionary as far as it went when the view was taken. May hold values that no row of the
  /// view has: those of rows appended but not yet published.
  private record TableDictionary(BytesTable table, int size) implements Dictionary {
    @Override
    public byte[] value(int ordinal) {
      return table.value(ordinal);
    }

    @Override
    public int find(byte[] value) {
      return table.find(value, size);
    }

    @Override
    public boolean isOrdered() {
      return false;
    }
  }

  private static final class OrdinalsCursor implements Cursor {
    private final int[] values;
    private final Dictionary dictionary;
    private final NullBits nulls;
    private final int rows;
    private int[] batch = new int[0];

    OrdinalsCursor(int[] values, Dictionary dictionary, NullBits nulls, int rows) {
      this.values = values;
      this.dictionary = dictionary;
      this.nulls = nulls;
      this.rows = rows;
    }

    @Override
    public ColumnVector read(int from, int count) {
      if (batch.length < count) {
        batch = new int[count];
      }
      System.arraycopy(values, from, batch, 0, count);
      return new ColumnVector.Ordinals(count, batch, dictionary, nulls.copy(from, count));
    }

    @Override
    public Dictionary dictionary() {
      return dictionary;
    }

    @Override
    public Zone zone() {
      return TailBytes.unboundedZone(nulls, rows);
    }
  }
}
