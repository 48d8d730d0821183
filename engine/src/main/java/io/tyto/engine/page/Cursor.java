package io.tyto.engine.page;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// A place in a paged answer, handed out as text that means nothing to clients, signed by a {@link
/// CursorKey}.
///
/// Bytes: version, hash of the query's identity (8), two ints of the place, the snapshot's id.
///
/// @param first row number of an aggregate, or the source of a record
/// @param second row of that source
public record Cursor(String snapshot, long identity, int first, int second) {
  /// Between the id of a snapshot and its layout.
  public static final char LAYOUT = '@';

  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 1 + Long.BYTES + 2 * Integer.BYTES;
  static final int MAX_CHARACTERS = 1_024;

  public static Cursor of(String snapshot, String identity, int first, int second) {
    return new Cursor(snapshot, StableHash.of(identity), first, second);
  }

  public String encode() {
    byte[] id = snapshot.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(HEADER_BYTES + id.length)
            .put(VERSION)
            .putLong(identity)
            .putInt(first)
            .putInt(second)
            .put(id);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /// CURSOR_INVALID where the text is no cursor, or one of another query.
  public static Cursor decode(String text, String identity) {
    Cursor cursor = parse(text);
    if (cursor.identity != StableHash.of(identity)) {
      throw new TytoException(
          ErrorCode.CURSOR_INVALID,
          "the cursor belongs to another query: a cursor goes on only with equal input");
    }
    return cursor;
  }

  private static Cursor parse(String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw invalid(null);
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      if (bytes.get() != VERSION) {
        throw invalid(null);
      }
      long identity = bytes.getLong();
      int first = bytes.getInt();
      int second = bytes.getInt();
      if (first < 0 || second < 0) {
        throw invalid(null);
      }
      return new Cursor(StandardCharsets.UTF_8.decode(bytes).toString(), identity, first, second);
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      throw invalid(e);
    }
  }

  public static TytoException invalid(@org.jspecify.annotations.Nullable Exception cause) {
    return new TytoException(
        ErrorCode.CURSOR_INVALID,
        "this is no cursor of an answer: take endCursor, startCursor or an edge's cursor as it is",
        cause);
  }
}
