package io.tyto.engine.shipping;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.model.schema.ColumnType;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The bytes of a {@link StateTable}, little-endian throughout:
///
/// ```
/// u32 magic  u8 version  u32 rows  u16 columns  { u32 id  u8 length  type as text  vector }*  u32 CRC32C
/// vector   u8 kind  u32 length  u8 hasNulls  [nulls: 64-bit words]  values by kind
/// longs    i64 least  u8 width (0, 1, 2, 4, 8)  value - least, each of width bytes
/// doubles  64 bits each
/// bytes    lengths, as longs  data
/// lists    lengths, as longs  elements, as a vector
/// ```
///
/// Static; thread-safe.
public final class StateTableCodec {
  private static final int MAGIC = 0x53_54_59_54;
  private static final byte VERSION = 1;
  private static final int FIRST_BYTES = 1 << 12;

  /// Kinds of vectors; the numbers are part of the format.
  private static final byte ALL_NULL = 0;

  private static final byte LONGS = 1;
  private static final byte DOUBLES = 2;
  private static final byte BYTES = 3;
  private static final byte LISTS = 4;

  private StateTableCodec() {}

  public static byte[] encode(StateTable table) {
    Out out = new Out();
    out.buffer.putInt(MAGIC).put(VERSION).putInt(table.rowCount());
    out.buffer.putShort((short) table.columns().size());
    table
        .columns()
        .forEach((id, column) -> {
          byte[] type = column.type().toString().getBytes(StandardCharsets.UTF_8);
          out.room(Integer.BYTES + 1 + type.length);
          out.buffer.putInt(id).put((byte) type.length).put(type);
          out.vector(column.values());
        });
    out.room(Integer.BYTES);
    CRC32C crc = new CRC32C();
    crc.update(out.buffer.array(), 0, out.buffer.position());
    out.buffer.putInt((int) crc.getValue());
    return Arrays.copyOf(out.buffer.array(), out.buffer.position());
  }

  /// IllegalArgumentException where the bytes are none of a table, or were changed on their way.
  public static StateTable decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    try {
      int end = bytes.length - Integer.BYTES;
      require(end > 0 && in.getInt() == MAGIC, "these bytes are no table of groups");
      byte version = in.get();
      require(version == VERSION, "a table of groups of version " + version);
      CRC32C crc = new CRC32C();
      crc.update(bytes, 0, end);
      require(in.getInt(end) == (int) crc.getValue(), "the checksum of a table does not match");
      int rows = in.getInt();
      require(rows >= 0 && rows <= StateTable.MAX_ROWS, "a table of " + rows + " rows");
      int count = in.getShort() & 0xffff;
      Map<Integer, StateTable.Column> columns = new LinkedHashMap<>();
      for (int i = 0; i < count; i++) {
        int id = in.getInt();
        byte[] type = new byte[in.get() & 0xff];
        in.get(type);
        ColumnVector values = vector(in);
        require(values.length() == rows, "a column of another length than its table");
        columns.put(
            id,
            new StateTable.Column(
                ColumnType.parse(new String(type, StandardCharsets.UTF_8)), values));
      }
      require(in.position() == end, "a table with bytes behind it");
      return new StateTable(rows, columns);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException("a table of groups ends too early", e);
    }
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static final class Out {
    ByteBuffer buffer = ByteBuffer.allocate(FIRST_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    void room(long bytes) {
      long needed = buffer.position() + bytes;
      if (needed > buffer.capacity()) {
        int capacity = Math.toIntExact(Math.max(needed, 2L * buffer.capacity()));
        byte[] larger = Arrays.copyOf(buffer.array(), capacity);
        buffer = ByteBuffer.wrap(larger).order(ByteOrder.LITTLE_ENDIAN).position(buffer.position());
      }
    }

    void vector(ColumnVector vector) {
      long[] nulls = vector instanceof ColumnVector.AllNull ? null : vector.nulls();
      int words = nulls == null ? 0 : words(vector.length());
      room(2 + Integer.BYTES + (long) words * Long.BYTES);
      buffer.put(kind(vector)).putInt(vector.length()).put((byte) (nulls == null ? 0 : 1));
      for (int i = 0; nulls != null && i < words; i++) {
        buffer.putLong(nulls[i]);
      }
      switch (vector) {
        case ColumnVector.AllNull _ -> {}
        case ColumnVector.Longs(int length, long[] values, _) -> longs(values, length);
        case ColumnVector.Doubles(int length, double[] values, _) -> {
          room((long) length * Double.BYTES);
          buffer.asDoubleBuffer().put(values, 0, length);
          buffer.position(buffer.position() + length * Double.BYTES);
        }
        case ColumnVector.Bytes(int length, byte[] data, int[] offsets, _) -> {
          lengths(offsets, length);
          int size = offsets[length] - offsets[0];
          room(size);
          buffer.put(data, offsets[0], size);
        }
        case ColumnVector.Lists(int length, int[] offsets, ColumnVector elements, _) -> {
          require(offsets[0] == 0, "lists that begin inside their elements");
          lengths(offsets, length);
          vector(elements);
        }
        case ColumnVector.Ordinals _ -> throw unexpected(vector);
      }
    }

    private void lengths(int[] offsets, int count) {
      long[] lengths = new long[count];
      Arrays.setAll(lengths, i -> offsets[i + 1] - offsets[i]);
      longs(lengths, count);
    }

    private void longs(long[] values, int count) {
      long least = count == 0 ? 0 : Long.MAX_VALUE;
      long greatest = count == 0 ? 0 : Long.MIN_VALUE;
      for (int i = 0; i < count; i++) {
        least = Math.min(least, values[i]);
        greatest = Math.max(greatest, values[i]);
      }
      int width = width(greatest - least);
      room(Long.BYTES + 1 + (long) count * width);
      buffer.putLong(least).put((byte) width);
      for (int i = 0; i < count; i++) {
        long value = values[i] - least;
        switch (width) {
          case 0 -> {}
          case 1 -> buffer.put((byte) value);
          case 2 -> buffer.putShort((short) value);
          case 4 -> buffer.putInt((int) value);
          default -> buffer.putLong(value);
        }
      }
    }
  }

  private static IllegalArgumentException unexpected(ColumnVector vector) {
    return new IllegalArgumentException("unexpected " + vector.getClass().getSimpleName());
  }

  private static int words(int length) {
    return (length + Long.SIZE - 1) / Long.SIZE;
  }

  /// Bytes of the distance of two longs, which is unsigned.
  private static int width(long distance) {
    if (distance >>> Integer.SIZE != 0) {
      return Long.BYTES;
    }
    if (distance >>> Short.SIZE != 0) {
      return Integer.BYTES;
    }
    return distance == 0 ? 0 : distance >>> Byte.SIZE == 0 ? 1 : Short.BYTES;
  }

  private static byte kind(ColumnVector vector) {
    return switch (vector) {
      case ColumnVector.AllNull _ -> ALL_NULL;
      case ColumnVector.Longs _ -> LONGS;
      case ColumnVector.Doubles _ -> DOUBLES;
      case ColumnVector.Bytes _ -> BYTES;
      case ColumnVector.Lists _ -> LISTS;
      case ColumnVector.Ordinals _ -> throw unexpected(vector);
    };
  }

  private static ColumnVector vector(ByteBuffer in) {
    byte kind = in.get();
    int length = in.getInt();
    boolean hasNulls = in.get() != 0;
    long[] nulls = null;
    if (hasNulls) {
      requireRoom(in, words(length), Long.BYTES);
      nulls = new long[words(length)];
      in.asLongBuffer().get(nulls);
      in.position(in.position() + nulls.length * Long.BYTES);
    }
    return switch (kind) {
      case ALL_NULL -> new ColumnVector.AllNull(length);
      case LONGS -> new ColumnVector.Longs(length, longs(in, length), nulls);
      case DOUBLES -> {
        requireRoom(in, length, Double.BYTES);
        double[] values = new double[length];
        in.asDoubleBuffer().get(values);
        in.position(in.position() + length * Double.BYTES);
        yield new ColumnVector.Doubles(length, values, nulls);
      }
      case BYTES -> bytes(in, length, nulls);
      case LISTS -> {
        int[] offsets = offsets(in, length);
        ColumnVector elements = vector(in);
        require(elements.length() == offsets[length], "lists that do not end with their elements");
        yield new ColumnVector.Lists(length, offsets, elements, nulls);
      }
      default -> throw new IllegalArgumentException("a vector of kind " + kind);
    };
  }

  private static ColumnVector bytes(ByteBuffer in, int length, long @Nullable [] nulls) {
    int[] offsets = offsets(in, length);
    requireRoom(in, offsets[length], 1);
    byte[] data = new byte[offsets[length]];
    in.get(data);
    return new ColumnVector.Bytes(length, data, offsets, nulls);
  }

  private static int[] offsets(ByteBuffer in, int count) {
    long[] lengths = longs(in, count);
    int[] offsets = new int[count + 1];
    for (int i = 0; i < count; i++) {
      require(lengths[i] >= 0 && lengths[i] <= Integer.MAX_VALUE - offsets[i], "a wrong length");
      offsets[i + 1] = offsets[i] + (int) lengths[i];
    }
    return offsets;
  }

  /// Nothing is allocated for bytes that are not there.
  private static void requireRoom(ByteBuffer in, long count, int width) {
    require(count >= 0 && count * width <= in.remaining(), "a table of groups ends too early");
  }

  private static long[] longs(ByteBuffer in, int count) {
    long least = in.getLong();
    int width = in.get();
    require(count >= 0 && count <= Integer.MAX_VALUE - 8, "a wrong length");
    requireRoom(in, count, width);
    long[] values = new long[count];
    switch (width) {
      case 0 -> Arrays.fill(values, least);
      case 1 -> Arrays.setAll(values, _ -> least + (in.get() & 0xffL));
      case 2 -> Arrays.setAll(values, _ -> least + (in.getShort() & 0xffffL));
      case 4 -> Arrays.setAll(values, _ -> least + (in.getInt() & 0xffff_ffffL));
      case 8 -> Arrays.setAll(values, _ -> least + in.getLong());
      default -> throw new IllegalArgumentException("longs of " + width + " bytes");
    }
    return values;
  }
}
