package io.tyto.ingest.decode;

import io.tyto.engine.expression.ExpressionEvaluator;
import io.tyto.engine.row.Row;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.Physical;
import io.tyto.model.schema.TableSchema;
import io.tyto.model.schema.Widening;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The binary form of a row in the log: values by column id, so that it survives columns that are
/// added, renamed or widened later. Columns unknown to the schema are skipped, missing ones are
/// null or, where derived, computed.
///
/// ```
/// row     version:u8 = 1, schemaVersion:varint, cell...
/// cell    id:varint, kind:u8, value           cells in the order of the schema, null cells left out
/// value   1 LONG    zigzag varint
///         2 DOUBLE  8 bytes
///         3 BYTES   length:varint, bytes
///         4 LIST    count:varint, then per element kind:u8 (0 = null) and value
/// ```
///
/// Little-endian. Who stores it guards it by a checksum; still, no bytes make {@link #decode} fail
/// other than by LOG_CORRUPT.
///
/// Thread-safety: none; each thread has its own.
public final class RowCodec {
  private static final byte VERSION = 1;
  private static final byte NULL = 0;
  private static final byte LONG = 1;
  private static final byte DOUBLE = 2;
  private static final byte BYTES = 3;
  private static final byte LIST = 4;

  private static final int MAX_VARINT_BYTES = 10;
  private static final int WIDE_BYTES = 16;
  private static final VarHandle DOUBLE_BITS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final int schemaVersion;
  private final int[] ids;
  private final Map<Integer, Integer> positions;
  private final Physical[] physical;
  private final ExpressionEvaluator derived;
  private final boolean hasPrivate;

  private byte[] bytes = new byte[1 << 10];
  private int length;

  private byte[] source = {};
  private int position;
  private int end;

  public RowCodec(TableSchema schema) {
    schemaVersion = schema.version();
    ids = schema.columns().stream().mapToInt(column -> column.id()).toArray();
    positions = schema.positions();
    physical =
        schema.columns().stream().map(column -> column.type().physical()).toArray(Physical[]::new);
    derived = ExpressionEvaluator.ofStored(schema);
    hasPrivate = schema.hasPrivate();
  }

  /// Encodes the row; {@link #bytes} and {@link #length} hold the result until the next call.
  public void encode(Row row) {
    row.requireStorable(hasPrivate);
    length = 0;
    ensure(1 + MAX_VARINT_BYTES);
    bytes[length++] = VERSION;
    putVarint(schemaVersion);
    for (int i = 0; i < ids.length; i++) {
      switch (row.kind(i)) {
        case NULL -> {}
        case LONG -> {
          putHeader(ids[i], LONG);
          putLong(row.longAt(i));
        }
        case DOUBLE -> {
          putHeader(ids[i], DOUBLE);
          putDouble(row.doubleAt(i));
        }
        case BYTES -> {
          putHeader(ids[i], BYTES);
          putBytes(row.bytesAt(i));
        }
        case LIST -> {
          putHeader(ids[i], LIST);
          putList(row.listAt(i));
        }
      }
    }
  }

  /// The buffer of the last encoding, valid to {@link #length}.
  public byte[] bytes() {
    return bytes;
  }

  public int length() {
    return length;
  }

  /// Fills the row from `data[from, to)`, which is not kept. LOG_CORRUPT where the bytes are not an
  /// encoded row.
  public void decode(byte[] data, int from, int to, Row row) {
    source = data;
    position = from;
    end = to;
    row.clear();
    if (takeByte() != VERSION) {
      throw corrupt("an unknown version of the row format");
    }
    long writtenVersion = takeVarint();
    while (position < end) {
      long id = takeVarint();
      Integer column = id == (int) id ? positions.get((int) id) : null;
      takeCell(column == null ? -1 : column, row);
    }
    if (writtenVersion < schemaVersion) {
      derived.evaluate(row);
    }
    row.markStorable();
  }

  private void takeCell(int column, Row row) {
    switch (takeByte()) {
      case LONG -> {
        long value = takeLong();
        if (column >= 0) {
          setLong(row, column, value);
        }
      }
      case DOUBLE -> {
        double value = takeDouble();
        if (column >= 0) {
          row.setDouble(column, value);
        }
      }
      case BYTES -> {
        byte[] value = takeBytes();
        if (column >= 0) {
          row.setBytes(column, value);
        }
      }
      case LIST -> {
        @Nullable Object[] value = takeList(column);
        if (column >= 0) {
          row.setList(column, value);
        }
      }
      default -> throw corrupt("an unknown kind of value");
    }
  }

  /// A long may have been written when the column was narrower than it is now.
  private void setLong(Row row, int column, long value) {
    switch (physical[column]) {
      case LONG -> row.setLong(column, value);
      case DOUBLE -> row.setDouble(column, value);
      case BYTES -> row.setBytes(column, wide(value));
    }
  }

  private static byte[] wide(long value) {
    byte[] bytes = new byte[WIDE_BYTES];
    Widening.putWide(value, bytes, 0);
    return bytes;
  }

  private @Nullable Object[] takeList(int column) {
    // Each element takes a byte at least, so a false count cannot claim more memory than there is
    // data.
    @Nullable Object[] elements = new Object[takeLength()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] =
          switch (takeByte()) {
            case NULL -> null;
            case LONG -> element(column, takeLong());
            case DOUBLE -> takeDouble();
            case BYTES -> takeBytes();
            default -> throw corrupt("an unknown kind of element");
          };
    }
    return elements;
  }

  private Object element(int column, long value) {
    return switch (column < 0 ? Physical.LONG : physical[column]) {
      case LONG -> value;
      case DOUBLE -> (double) value;
      case BYTES -> wide(value);
    };
  }

  private byte takeByte() {
    if (position >= end) {
      throw corrupt("the end within a row");
    }
    return source[position++];
  }

  private long takeVarint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = takeByte();
      value |= (long) (next & 0x7F) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw corrupt("a number that does not end");
  }

  private long takeLong() {
    long zigzag = takeVarint();
    return zigzag >>> 1 ^ -(zigzag & 1);
  }

  private double takeDouble() {
    if (end - position < Long.BYTES) {
      throw corrupt("the end within a row");
    }
    double value = Double.longBitsToDouble((long) DOUBLE_BITS.get(source, position));
    position += Long.BYTES;
    return value;
  }

  private byte[] takeBytes() {
    int count = takeLength();
    position += count;
    return Arrays.copyOfRange(source, position - count, position);
  }

  private int takeLength() {
    long count = takeVarint();
    if (count < 0 || count > end - position) {
      throw corrupt("a length beyond the end of the row");
    }
    return (int) count;
  }

  private void putHeader(int id, byte kind) {
    ensure(MAX_VARINT_BYTES + 1);
    putVarint(id);
    bytes[length++] = kind;
  }

  private void putList(@Nullable Object[] elements) {
    ensure(MAX_VARINT_BYTES);
    putVarint(elements.length);
    for (Object element : elements) {
      ensure(1);
      switch (element) {
        case null -> bytes[length++] = NULL;
        case Long value -> {
          bytes[length++] = LONG;
          putLong(value);
        }
        case Double value -> {
          bytes[length++] = DOUBLE;
          putDouble(value);
        }
        case byte[] value -> {
          bytes[length++] = BYTES;
          putBytes(value);
        }
        default -> throw new IllegalArgumentException("a list cannot hold a " + element.getClass());
      }
    }
  }

  private void putLong(long value) {
    ensure(MAX_VARINT_BYTES);
    putVarint(value << 1 ^ value >> 63);
  }

  private void putDouble(double value) {
    ensure(Long.BYTES);
    DOUBLE_BITS.set(bytes, length, Double.doubleToRawLongBits(value));
    length += Long.BYTES;
  }

  private void putBytes(byte[] value) {
    ensure(MAX_VARINT_BYTES + value.length);
    putVarint(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  private void putVarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  private void ensure(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
    }
  }

  private TytoException corrupt(String found) {
    return new TytoException(
        ErrorCode.LOG_CORRUPT,
        "found %s at byte %d of a record of the log; run verify".formatted(found, position));
  }
}
