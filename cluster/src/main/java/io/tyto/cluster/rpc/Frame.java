package io.tyto.cluster.rpc;

import java.nio.charset.StandardCharsets;

/// One piece of an answer. On the wire `u32 length of the rest u8 kind payload`, big-endian.
public record Frame(Kind kind, byte[] payload) {
  static final int HEADER_BYTES = Integer.BYTES + 1;

  /// Larger ones are refused unread: a table of 64 Ki groups of a few wide states stays far below.
  static final int MAX_BYTES = 1 << 28;

  /// The numbers are part of the wire format: never changed, never reused.
  public enum Kind {
    /// JSON, of what follows.
    HEAD(1),
    /// Bytes of the method's own.
    DATA(2),
    /// JSON; nothing follows.
    END(3),
    /// An error as JSON; nothing follows.
    ERROR(4),
    /// Says that the other node is alive while it has nothing to send.
    ALIVE(5);

    final byte number;

    Kind(int number) {
      this.number = (byte) number;
    }

    static Kind of(byte number) {
      for (Kind kind : values()) {
        if (kind.number == number) {
          return kind;
        }
      }
      throw new IllegalArgumentException(
          "a frame of kind " + number + "; does the other node run a newer version?");
    }
  }

  public String text() {
    return new String(payload, StandardCharsets.UTF_8);
  }

  static Frame of(Kind kind, String text) {
    return new Frame(kind, text.getBytes(StandardCharsets.UTF_8));
  }
}
