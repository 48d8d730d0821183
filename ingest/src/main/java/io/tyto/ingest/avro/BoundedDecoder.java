package io.tyto.ingest.avro;

import io.tyto.ingest.decode.Utf8;
import io.tyto.model.plugin.UndecodableException.Reason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Reads Avro's binary encoding from an array. Lengths and counts are weighed against the bytes
/// that are left before anything is allocated for them. Not thread-safe.
final class BoundedDecoder extends org.apache.avro.io.Decoder {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// Items may take no bytes at all (nulls, empty records); so many of them are harmless.
  private static final int MAX_EMPTY_ITEMS = 1 << 16;

  private byte[] data = {};
  private int position;
  private int end;
  private long itemsLeft;

  void begin(byte[] newData, int from, int to) {
    data = newData;
    position = from;
    end = to;
    itemsLeft = Math.max(MAX_EMPTY_ITEMS, to - from);
  }

  @Override
  public int remainingBytes() {
    return end - position;
  }

  @Override
  public void readNull() {}

  @Override
  public boolean readBoolean() throws MalformedAvroException {
    int at = take(1);
    if (data[at] != 0 && data[at] != 1) {
      throw malformed("a boolean of " + data[at]);
    }
    return data[at] == 1;
  }

  @Override
  public int readInt() throws MalformedAvroException {
    long value = readLong();
    if (value != (int) value) {
      throw malformed("an int of " + value);
    }
    return (int) value;
  }

  @Override
  public long readLong() throws MalformedAvroException {
    long raw = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = data[take(1)];
      raw |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return raw >>> 1 ^ -(raw & 1);
      }
    }
    throw malformed("a number of more than ten bytes");
  }

  @Override
  public float readFloat() throws MalformedAvroException {
    return Float.intBitsToFloat((int) INT.get(data, take(Float.BYTES)));
  }

  @Override
  public double readDouble() throws MalformedAvroException {
    return Double.longBitsToDouble((long) LONG.get(data, take(Double.BYTES)));
  }

  @Override
  public org.apache.avro.util.Utf8 readString(org.apache.avro.util.@Nullable Utf8 old)
      throws MalformedAvroException {
    int length = length();
    int at = take(length);
    if (Utf8.invalidAt(data, at, at + length) >= 0) {
      throw new MalformedAvroException(Reason.INVALID_UTF8, "a string that is not UTF-8");
    }
    byte[] bytes = new byte[length];
    System.arraycopy(data, at, bytes, 0, length);
    return new org.apache.avro.util.Utf8(bytes);
  }

  @Override
  public String readString() throws MalformedAvroException {
    return readString(null).toString();
  }

  @Override
  public void skipString() throws MalformedAvroException {
    take(length());
  }

  @Override
  public ByteBuffer readBytes(@Nullable ByteBuffer old) throws MalformedAvroException {
    int length = length();
    byte[] bytes = new byte[length];
    System.arraycopy(data, take(length), bytes, 0, length);
    return ByteBuffer.wrap(bytes);
  }

  @Override
  public void skipBytes() throws MalformedAvroException {
    take(length());
  }

  @Override
  public void readFixed(byte[] bytes, int start, int length) throws MalformedAvroException {
    System.arraycopy(data, take(length), bytes, start, length);
  }

  @Override
  public void skipFixed(int length) throws MalformedAvroException {
    take(length);
  }

  @Override
  public int readEnum() throws MalformedAvroException {
    return readInt();
  }

  @Override
  public int readIndex() throws MalformedAvroException {
    return readInt();
  }

  @Override
  public long readArrayStart() throws MalformedAvroException {
    return items();
  }

  @Override
  public long arrayNext() throws MalformedAvroException {
    return items();
  }

  @Override
  public long skipArray() throws MalformedAvroException {
    return skipItems();
  }

  @Override
  public long readMapStart() throws MalformedAvroException {
    return items();
  }

  @Override
  public long mapNext() throws MalformedAvroException {
    return items();
  }

  @Override
  public long skipMap() throws MalformedAvroException {
    return skipItems();
  }

  /// Items of the next block; a negative count is followed by the block's bytes.
  private long items() throws MalformedAvroException {
    long count = readLong();
    if (count < 0) {
      count = -count;
      readLong();
    }
    return counted(count);
  }

  /// Goes past the blocks that tell their bytes; items of the block that does not, 0 at the end.
  private long skipItems() throws MalformedAvroException {
    long count = readLong();
    while (count < 0) {
      long bytes = readLong();
      if (bytes < 0 || bytes > remainingBytes()) {
        throw malformed("a block of %d bytes, %d being left".formatted(bytes, remainingBytes()));
      }
      take((int) bytes);
      count = readLong();
    }
    return counted(count);
  }

  private long counted(long count) throws MalformedAvroException {
    if (count < 0 || count > itemsLeft) {
      throw malformed("a collection of more items than the event can have");
    }
    itemsLeft -= count;
    return count;
  }

  private int length() throws MalformedAvroException {
    long length = readLong();
    if (length < 0 || length > remainingBytes()) {
      throw malformed("a length of %d, %d bytes being left".formatted(length, remainingBytes()));
    }
    return (int) length;
  }

  /// Position of the next bytes, which are gone past.
  private int take(int bytes) throws MalformedAvroException {
    if (bytes > end - position) {
      throw malformed("the end, expected %d more bytes".formatted(bytes));
    }
    int at = position;
    position += bytes;
    return at;
  }

  private static MalformedAvroException malformed(String found) {
    return new MalformedAvroException(Reason.MALFORMED, "found " + found);
  }
}
