package io.tyto.engine.lookup;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.tyto.engine.entity.KeyHash;
import io.tyto.engine.memory.MappedFile;
import io.tyto.engine.row.Row;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.expression.Expression;
import io.tyto.model.schema.ColumnType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One version of a dimension table. Immutable and thread-safe.
///
/// Lifetime: the mapping goes when nobody can reach the object any more, so whoever holds it may
/// read it, however many versions came since. {@link #close} is for the end of the process's work;
/// reading after it throws IllegalStateException.
public final class LookupTable implements AutoCloseable, Expression.LookupRows {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final ValueLayout.OfInt INT =
      JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// What {@link #find} says of a key that is not there.
  public static final int NONE = -1;

  private final String name;
  private final MemorySegment memory;
  private final int rows;
  private final int slots;
  private final long slotsAt;
  private final Column key;
  private final List<Column> columns;
  private Cleaner.@Nullable Cleanable cleanable;

  /// @param valuesAt the values, or of bytes where they begin and end
  private record Column(String name, ColumnType type, long nullsAt, long valuesAt) {}

  /// Maps a file whose bytes were checked against their hash. SEGMENT_CORRUPT where it is not of
  /// this format; STORE_FAILED where it cannot be mapped.
  public static LookupTable open(Path file) {
    try {
      MappedFile mapped = MappedFile.open(file);
      try {
        LookupTable table = new LookupTable(file, mapped.segment());
        table.cleanable = CLEANER.register(table, () -> close(mapped));
        return table;
      } catch (RuntimeException e) {
        close(mapped);
        throw e;
      }
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.STORE_FAILED, "cannot map the dimension table %s: %s".formatted(file, e), e);
    }
  }

  private static void close(MappedFile mapped) {
    try {
      mapped.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private LookupTable(Path file, MemorySegment memory) {
    this.memory = memory;
    name = String.valueOf(file.getFileName());
    try {
      if (!Arrays.equals(copy(0, LookupFormat.MAGIC.length), LookupFormat.MAGIC)
          || memory.get(INT, 8) != LookupFormat.VERSION) {
        throw corrupt(file, "no file of a dimension table of format " + LookupFormat.VERSION, null);
      }
      rows = memory.get(INT, 12);
      slots = memory.get(INT, 24);
      columns = new ArrayList<>();
      long at = LookupFormat.HEADER_BYTES;
      for (int i = 0; i < memory.get(INT, 16); i++) {
        int nameBytes = memory.get(INT, at);
        String name = text(at + Integer.BYTES, nameBytes);
        at += Integer.BYTES + (long) nameBytes;
        int typeBytes = memory.get(INT, at);
        String type = text(at + Integer.BYTES, typeBytes);
        at += Integer.BYTES + (long) typeBytes;
        columns.add(
            new Column(
                name,
                ColumnType.parse(type),
                memory.get(LONG, at),
                memory.get(LONG, at + Long.BYTES)));
        at += 2L * Long.BYTES;
      }
      key = columns.get(memory.get(INT, 20));
      slotsAt = LookupFormat.aligned(at);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw corrupt(file, "not all that its header says", e);
    }
  }

  private static TytoException corrupt(Path file, String found, @Nullable Throwable cause) {
    return new TytoException(
        ErrorCode.SEGMENT_CORRUPT,
        "dimension table %s is damaged: found %s; load it again (`tyto tables reload`)"
            .formatted(file, found),
        cause);
  }

  @Override
  public void close() {
    if (cleanable != null) {
      cleanable.clean();
    }
  }

  /// Of its file, which no other version has.
  public String name() {
    return name;
  }

  public int rowCount() {
    return rows;
  }

  public long sizeBytes() {
    return memory.byteSize();
  }

  public ColumnType keyType() {
    return key.type();
  }

  /// Position of a column, or {@link #NONE}.
  public int column(String name) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(name)) {
        return i;
      }
    }
    return NONE;
  }

  public ColumnType type(int column) {
    return columns.get(column).type();
  }

  /// The row of a key that is held as a long, or {@link #NONE}.
  public int find(long value) {
    for (int slot = (int) KeyHash.of(value) & slots - 1; ; slot = slot + 1 & slots - 1) {
      int row = memory.get(INT, slotsAt + (long) slot * Integer.BYTES) - 1;
      if (row < 0 || longAt(key, row) == value) {
        return row;
      }
    }
  }

  /// The row of a key that is held as bytes, or {@link #NONE}.
  public int find(byte[] value) {
    for (int slot = (int) KeyHash.of(value) & slots - 1; ; slot = slot + 1 & slots - 1) {
      int row = memory.get(INT, slotsAt + (long) slot * Integer.BYTES) - 1;
      if (row < 0 || isEqual(row, value)) {
        return row;
      }
    }
  }

  private boolean isEqual(int row, byte[] value) {
    int from = start(key, row);
    int length = start(key, row + 1) - from;
    long at = dataAt(key) + from;
    return length == value.length
        && MemorySegment.mismatch(
                memory, at, at + length, MemorySegment.ofArray(value), 0, value.length)
            < 0;
  }

  /// Sets a cell of an event's row to a value of this table's row.
  ///
  /// @param target position in the event's row, of a column of the same type
  public void copy(int row, int column, Row into, int target) {
    Column from = columns.get(column);
    if (isNull(row, column)) {
      into.setNull(target);
      return;
    }
    switch (from.type().physical()) {
      case LONG -> into.setLong(target, longAt(from, row));
      case DOUBLE -> into.setDouble(target, Double.longBitsToDouble(longAt(from, row)));
      case BYTES -> into.setBytes(target, bytesAt(row, column));
    }
  }

  public boolean isNull(int row, int column) {
    long word = memory.get(LONG, columns.get(column).nullsAt() + (row >>> 6) * (long) Long.BYTES);
    return (word & 1L << row) != 0;
  }

  /// Of a column that holds longs, not null.
  public long longAt(int row, int column) {
    return longAt(columns.get(column), row);
  }

  /// Of a column that holds doubles, not null.
  public double doubleAt(int row, int column) {
    return Double.longBitsToDouble(longAt(columns.get(column), row));
  }

  /// A copy of a value of a column that holds bytes, not null.
  public byte[] bytesAt(int row, int column) {
    Column of = columns.get(column);
    int from = start(of, row);
    return copy(dataAt(of) + from, start(of, row + 1) - from);
  }

  private long longAt(Column column, int row) {
    return memory.get(LONG, column.valuesAt() + (long) row * Long.BYTES);
  }

  private int start(Column column, int row) {
    return memory.get(INT, column.valuesAt() + (long) row * Integer.BYTES);
  }

  private long dataAt(Column column) {
    return column.valuesAt() + LookupFormat.aligned((rows + 1L) * Integer.BYTES);
  }

  private String text(long at, int length) {
    return new String(copy(at, length), StandardCharsets.UTF_8);
  }

  private byte[] copy(long at, int length) {
    return memory.asSlice(at, length).toArray(JAVA_BYTE);
  }
}
