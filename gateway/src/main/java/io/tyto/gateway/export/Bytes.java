package io.tyto.gateway.export;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Bytes that grow, numbers little-endian. Not thread-safe.
final class Bytes {
  private static final int FIRST = 1 << 10;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] data = new byte[FIRST];
  private int size;

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  private void room(int more) {
    int needed = Math.addExact(size, more);
    if (needed > data.length) {
      data =
          Arrays.copyOf(data, Math.max(needed, (int) Math.min(2L * size, Integer.MAX_VALUE - 8)));
    }
  }

  void addInt(int value) {
    room(Integer.BYTES);
    INT.set(data, size, value);
    size += Integer.BYTES;
  }

  void addLong(long value) {
    room(Long.BYTES);
    LONG.set(data, size, value);
    size += Long.BYTES;
  }

  void add(byte[] bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, data, size, bytes.length);
    size += bytes.length;
  }

  void add(Bytes other) {
    room(other.size);
    System.arraycopy(other.data, 0, data, size, other.size);
    size += other.size;
  }

  int byteAt(int position) {
    return data[position];
  }

  int intAt(int position) {
    return (int) INT.get(data, position);
  }

  /// Seven bits a byte, the lowest first.
  void addVarint(long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      addByte((int) (left & 0x7f | 0x80));
      left >>>= 7;
    }
    addByte((int) left);
  }

  void addByte(int value) {
    room(1);
    data[size++] = (byte) value;
  }

  /// Sets a bit of a bitmap of which it is the last so far.
  void addBit(int position, boolean isSet) {
    if ((position & 7) == 0) {
      addByte(isSet ? 1 : 0);
    } else if (isSet) {
      data[position >>> 3] |= (byte) (1 << (position & 7));
    }
  }

  void writeTo(OutputStream out) throws IOException {
    out.write(data, 0, size);
  }
}
