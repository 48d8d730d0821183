package io.tyto.engine.filter;

import java.nio.charset.StandardCharsets;

/// Unicode simple case folding: code point by code point, so that lengths in code points stay.
final class Folding {
  private Folding() {}

  static String fold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    text.codePoints().forEach(c -> folded.appendCodePoint(fold(c)));
    return folded.toString();
  }

  static byte[] fold(byte[] data, int from, int to) {
    byte[] folded = new byte[to - from];
    for (int i = from; i < to; i++) {
      byte b = data[i];
      if (b < 0) {
        return fold(new String(data, from, to - from, StandardCharsets.UTF_8))
            .getBytes(StandardCharsets.UTF_8);
      }
      folded[i - from] = b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
    }
    return folded;
  }

  /// By way of upper case: letters such as the final sigma differ in lower case only.
  private static int fold(int codePoint) {
    return Character.toLowerCase(Character.toUpperCase(codePoint));
  }
}
