package io.tyto.engine.filter;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// SQL LIKE over UTF-8: `%` any text, `_` one code point, `\` takes the next character literally.
///
/// The pattern is cut at `%` into pieces; the first and last are anchored, the ones between are
/// each found at the leftmost place, which never needs to be given up again. So the time is at most
/// text length times piece length, and nothing backtracks over more than one piece.
final class LikeMatcher implements BytesMatcher {
  /// Stands for `_`; the byte 0xff occurs in no UTF-8 text.
  private static final byte ANY = (byte) 0xff;

  private final byte[][] pieces;

  private LikeMatcher(byte[][] pieces) {
    this.pieces = pieces;
  }

  /// The matcher of a pattern, a simpler one where the pattern only asks for a beginning, an end or
  /// a part; BAD_USER_INPUT where it ends within an escape.
  static BytesMatcher of(String pattern) {
    byte[][] pieces = parse(pattern);
    for (byte[] piece : pieces) {
      for (byte b : piece) {
        if (b == ANY) {
          return new LikeMatcher(pieces);
        }
      }
    }
    byte[] first = pieces[0];
    byte[] last = pieces[pieces.length - 1];
    if (pieces.length == 1) {
      return new BytesMatchers.Equal(first);
    }
    if (pieces.length == 2 && last.length == 0) {
      return new BytesMatchers.StartsWith(first);
    }
    if (pieces.length == 2 && first.length == 0) {
      return new BytesMatchers.EndsWith(last);
    }
    return pieces.length == 3 && first.length == 0 && last.length == 0
        ? new BytesMatchers.Contains(pieces[1])
        : new LikeMatcher(pieces);
  }

  private static byte[][] parse(String pattern) {
    List<byte[]> pieces = new ArrayList<>();
    ByteArrayOutputStream piece = new ByteArrayOutputStream();
    for (int i = 0; i < pattern.length(); ) {
      int c = pattern.codePointAt(i);
      i += Character.charCount(c);
      switch (c) {
        case '%' -> {
          pieces.add(piece.toByteArray());
          piece.reset();
        }
        case '_' -> piece.write(ANY);
        case '\\' -> {
          if (i == pattern.length()) {
            throw new TytoException(
                ErrorCode.BAD_USER_INPUT,
                "the like pattern '" + pattern + "' ends with its escape: write \\\\ for one \\");
          }
          int literal = pattern.codePointAt(i);
          i += Character.charCount(literal);
          piece.writeBytes(Character.toString(literal).getBytes(StandardCharsets.UTF_8));
        }
        default -> piece.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
      }
    }
    pieces.add(piece.toByteArray());
    return pieces.toArray(byte[][]::new);
  }

  @Override
  public boolean matches(byte[] data, int from, int to) {
    int at = matchAt(pieces[0], data, from, to);
    if (pieces.length == 1) {
      return at == to;
    }
    for (int i = 1; at >= 0 && i < pieces.length - 1; i++) {
      at = find(pieces[i], data, at, to);
    }
    return at >= 0 && endsWith(pieces[pieces.length - 1], data, at, to);
  }

  /// The end of the leftmost match at or after `from`, or -1.
  private static int find(byte[] piece, byte[] data, int from, int to) {
    for (int start = from; start <= to; start = next(data, start, to)) {
      int end = matchAt(piece, data, start, to);
      if (end >= 0) {
        return end;
      }
      if (start == to) {
        break;
      }
    }
    return -1;
  }

  private static boolean endsWith(byte[] piece, byte[] data, int from, int to) {
    int start = to;
    for (int i = piece.length - 1; i >= 0; i--) {
      if (start <= from) {
        return false;
      }
      if (piece[i] != ANY) {
        if (data[--start] != piece[i]) {
          return false;
        }
        continue;
      }
      do {
        start--;
      } while (start > from && (data[start] & 0xc0) == 0x80);
    }
    return true;
  }

  /// The end of the match that starts at `from`, or -1.
  private static int matchAt(byte[] piece, byte[] data, int from, int to) {
    int at = from;
    for (byte expected : piece) {
      if (at == to) {
        return -1;
      }
      if (expected == ANY) {
        at = next(data, at, to);
      } else if (data[at++] != expected) {
        return -1;
      }
    }
    return at;
  }

  /// The start of the next code point.
  private static int next(byte[] data, int at, int to) {
    int next = at + 1;
    while (next < to && (data[next] & 0xc0) == 0x80) {
      next++;
    }
    return next;
  }

  @Override
  public int cost() {
    return 20;
  }
}
