package io.tyto.engine.row;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The values of one row by position in the schema's columns; reused from row to row by one thread.
public final class Row {
  /// What a cell holds.
  public enum Kind {
    NULL,
    LONG,
    DOUBLE,
    BYTES,
    LIST
  }

  private static final Kind[] KINDS = Kind.values();
  private static final byte NULL = (byte) Kind.NULL.ordinal();

  // Numbers, because every store of a reference costs the garbage collector's barrier too.
  private final byte[] kinds;
  private final long[] longs;
  private final double[] doubles;
  private final byte[] @Nullable [] bytes;
  private final @Nullable Object[] @Nullable [] lists;
  private boolean isStorable;

  public Row(int columns) {
    kinds = new byte[columns];
    longs = new long[columns];
    doubles = new double[columns];
    bytes = new byte[columns][];
    lists = new Object[columns][];
    clear();
  }

  public int size() {
    return kinds.length;
  }

  public void clear() {
    Arrays.fill(kinds, NULL);
    isStorable = false;
  }

  /// Notes that the policies of private columns have been applied.
  public void markStorable() {
    isStorable = true;
  }

  /// Refuses a row of a schema with private columns whose values are still as they came: whoever
  /// forgets their policies must fail, and not store them.
  ///
  /// @param hasPrivate whether the schema has such columns
  public void requireStorable(boolean hasPrivate) {
    if (hasPrivate && !isStorable) {
      throw new IllegalStateException("the policies of private columns were not applied to a row");
    }
  }

  public Kind kind(int column) {
    return KINDS[kinds[column]];
  }

  public boolean isNull(int column) {
    return kinds[column] == NULL;
  }

  public long longAt(int column) {
    return longs[column];
  }

  public double doubleAt(int column) {
    return doubles[column];
  }

  /// The array itself, not a copy.
  public byte[] bytesAt(int column) {
    byte[] value = bytes[column];
    if (value == null) {
      throw new IllegalStateException("column " + column + " holds no bytes");
    }
    return value;
  }

  /// Elements are Long, Double, byte[] or null, by the column's physical form.
  public @Nullable Object[] listAt(int column) {
    @Nullable Object[] value = lists[column];
    if (value == null) {
      throw new IllegalStateException("column " + column + " holds no list");
    }
    return value;
  }

  public void setNull(int column) {
    kinds[column] = NULL;
  }

  public void setLong(int column, long value) {
    kinds[column] = (byte) Kind.LONG.ordinal();
    longs[column] = value;
  }

  public void setDouble(int column, double value) {
    kinds[column] = (byte) Kind.DOUBLE.ordinal();
    doubles[column] = value;
  }

  /// Takes the array over.
  public void setBytes(int column, byte[] value) {
    kinds[column] = (byte) Kind.BYTES.ordinal();
    bytes[column] = value;
  }

  /// Takes the array over.
  public void setList(int column, @Nullable Object[] value) {
    kinds[column] = (byte) Kind.LIST.ordinal();
    lists[column] = value;
  }
}
