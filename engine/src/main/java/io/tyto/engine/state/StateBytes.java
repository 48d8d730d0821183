package io.tyto.engine.state;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// The stored form of one state, or of a part of it; grows, and is used again. Not thread-safe.
///
/// Reading past the end is an IndexOutOfBoundsException.
public final class StateBytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int FIRST_BYTES = 128;
  private static final int MAX_VARINT_BYTES = 10;

  private byte[] data = new byte[FIRST_BYTES];
  private int length;
  private int position;

  /// The first {@link #length} bytes count; valid until the next write.
  public byte[] data() {
    return data;
  }

  public int length() {
    return length;
  }

  public byte[] copy() {
    return Arrays.copyOf(data, length);
  }

  /// Takes other bytes in, to be read from their beginning.
  public StateBytes set(byte[] source, int from, int count) {
    reset(count);
    System.arraycopy(source, from, data, 0, count);
    return this;
  }

  /// Makes room for so many bytes, which the caller puts into {@link #data}.
  byte[] reset(int count) {
    length = 0;
    position = 0;
    room(count);
    length = count;
    return data;
  }

  /// Adds other bytes behind these.
  void append(StateBytes more) {
    room(more.length);
    System.arraycopy(more.data, 0, data, length, more.length);
    length += more.length;
  }

  StateBytes clear() {
    length = 0;
    position = 0;
    return this;
  }

  boolean isRead() {
    return position == length;
  }

  /// Unsigned LEB128.
  void putVarint(long value) {
    room(MAX_VARINT_BYTES);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      data[length++] = (byte) (rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    data[length++] = (byte) rest;
  }

  void putSigned(long value) {
    putVarint(value << 1 ^ value >> 63);
  }

  void putFixed(long value) {
    room(Long.BYTES);
    LONG.set(data, length, value);
    length += Long.BYTES;
  }

  void putBytes(byte[] value) {
    putVarint(value.length);
    room(value.length);
    System.arraycopy(value, 0, data, length, value.length);
    length += value.length;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      byte next = next();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("a number of more than 64 bits at byte " + position);
  }

  long signed() {
    long value = varint();
    return value >>> 1 ^ -(value & 1);
  }

  long fixed() {
    need(Long.BYTES);
    long value = (long) LONG.get(data, position);
    position += Long.BYTES;
    return value;
  }

  byte[] bytes() {
    long count = varint();
    if (count < 0 || count > length - position) {
      throw new IndexOutOfBoundsException(count + " bytes at " + position + " of " + length);
    }
    byte[] value = Arrays.copyOfRange(data, position, position + (int) count);
    position += (int) count;
    return value;
  }

  void skip(int count) {
    need(count);
    position += count;
  }

  /// Moves the next bytes into others, to be read from their beginning.
  void take(int count, StateBytes target) {
    need(count);
    target.set(data, position, count);
    position += count;
  }

  private byte next() {
    need(1);
    return data[position++];
  }

  private void need(int count) {
    if (position + count > length) {
      throw new IndexOutOfBoundsException(count + " bytes at " + position + " of " + length);
    }
  }

  private void room(int count) {
    if (data.length - length < count) {
      data = Arrays.copyOf(data, Math.max(length + count, 2 * data.length));
    }
  }
}
