package io.tyto.ingest.decode;

import java.nio.charset.StandardCharsets;

/// Input as it may be shown in a message: short, on one line, without control characters.
public final class Excerpt {
  private static final int MAX_BYTES = 60;

  private Excerpt() {}

  public static String of(byte[] data, int from, int to) {
    int end = Math.min(to, from + MAX_BYTES);
    while (end > from && end < to && (data[end] & 0xC0) == 0x80) {
      end--;
    }
    StringBuilder shown = new StringBuilder();
    new String(data, from, end - from, StandardCharsets.UTF_8)
        .codePoints()
        .forEach(c -> shown.appendCodePoint(isPrintable(c) ? c : '�'));
    return end < to ? shown.append("...").toString() : shown.toString();
  }

  public static String quoted(byte[] data, int from, int to) {
    return '"' + of(data, from, to) + '"';
  }

  /// Bidirectional and other format characters could make a message read as something else.
  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
