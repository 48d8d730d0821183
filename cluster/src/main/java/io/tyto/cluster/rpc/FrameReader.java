package io.tyto.cluster.rpc;

import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;

/// Cuts what comes over a connection into frames. Not thread-safe.
final class FrameReader {
  private Buffer held = Buffer.buffer();
  private int at;

  void add(Buffer more) {
    if (at > 0) {
      held = held.getBuffer(at, held.length());
      at = 0;
    }
    held.appendBuffer(more);
  }

  /// Null until a whole one is there. IllegalArgumentException for what is none.
  @Nullable Frame next() {
    if (held.length() - at < Frame.HEADER_BYTES) {
      return null;
    }
    long length = held.getUnsignedInt(at);
    if (length < 1 || length > Frame.MAX_BYTES) {
      throw new IllegalArgumentException("a frame of " + length + " bytes");
    }
    int end = at + Integer.BYTES + (int) length;
    if (held.length() < end) {
      return null;
    }
    Frame.Kind kind = Frame.Kind.of(held.getByte(at + Integer.BYTES));
    Frame frame = new Frame(kind, held.getBytes(at + Frame.HEADER_BYTES, end));
    at = end;
    return frame;
  }
}
