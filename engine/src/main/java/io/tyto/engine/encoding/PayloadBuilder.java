package io.tyto.engine.encoding;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// A growing little-endian byte buffer on the heap. Not thread-safe.
public final class PayloadBuilder {
  private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

  private ByteBuffer buffer = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

  public PayloadBuilder clear() {
    buffer.clear();
    return this;
  }

  public int size() {
    return buffer.position();
  }

  public PayloadBuilder putByte(int value) {
    room(1).put((byte) value);
    return this;
  }

  public PayloadBuilder putShort(int value) {
    room(2).putShort((short) value);
    return this;
  }

  public PayloadBuilder putInt(int value) {
    room(4).putInt(value);
    return this;
  }

  public PayloadBuilder putLong(long value) {
    room(8).putLong(value);
    return this;
  }

  public PayloadBuilder putBytes(byte[] source, int from, int length) {
    room(length).put(source, from, length);
    return this;
  }

  /// Unsigned LEB128.
  public PayloadBuilder putVarint(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      putByte(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    return putByte(rest);
  }

  /// Zeros up to the byteOffset, which is not behind.
  public PayloadBuilder padTo(int byteOffset) {
    int missing = byteOffset - size();
    ByteBuffer target = room(missing);
    for (int i = 0; i < missing; i++) {
      target.put((byte) 0);
    }
    return this;
  }

  /// Zeros up to a multiple of a power of two.
  public PayloadBuilder align(int bytes) {
    return padTo(size() + bytes - 1 & -bytes);
  }

  /// Overwrites a long written before.
  public PayloadBuilder setLong(int byteOffset, long value) {
    buffer.putLong(byteOffset, value);
    return this;
  }

  /// Goes past so many bytes, whose content the caller then writes into {@link #array}; returns
  /// where they begin there.
  int grow(int bytes) {
    ByteBuffer target = room(bytes);
    int start = target.position();
    target.position(start + bytes);
    return start;
  }

  byte[] array() {
    return buffer.array();
  }

  /// The bytes so far; valid until the next {@link #clear}.
  public ByteBuffer finish() {
    return buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN).flip();
  }

  /// A buffer with room for so many more bytes.
  private ByteBuffer room(int bytes) {
    if (buffer.remaining() < bytes) {
      long needed = (long) buffer.position() + bytes;
      if (needed > MAX_BYTES) {
        throw new IllegalStateException("a block holds at most 2 GiB");
      }
      int capacity = (int) Math.min(MAX_BYTES, Math.max(needed, buffer.capacity() * 2L));
      buffer = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(buffer.flip());
    }
    return buffer;
  }
}
