package io.tyto.testkit.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Inputs that are nearly those of a corpus.
final class Mutations {
  /// What texts break at.
  private static final List<String> PIECES =
      List.of(
          "\"",
          "'",
          "\\",
          "{",
          "}",
          "[",
          "]",
          "(",
          ")",
          ":",
          ",",
          "\n",
          "\r\n",
          "\0",
          "\uFEFF",
          "é",
          "\uD83E\uDD89",
          "null",
          "true",
          "-",
          "0",
          "-1",
          "2147483648",
          "9223372036854775807",
          "9223372036854775808",
          "1e400",
          "1e1000000000",
          "-0.0",
          "NaN",
          "1970-01-01T00:00:00Z",
          "+999999999-12-31",
          "%",
          "..",
          "/",
          "\\u0000",
          "\\ud800",
          "&a",
          "*a",
          "!!",
          "<<",
          "$",
          "@",
          "#",
          "|",
          ">",
          "...",
          "=",
          ";",
          "*");

  private static final int MOST_CHANGES = 6;
  private static final int MOST_COPIES = 200;

  private final List<byte[]> corpus;
  private final Random random;
  private final int maxBytes;

  Mutations(List<byte[]> corpus, Random random, int maxBytes) {
    this.corpus = corpus;
    this.random = random;
    this.maxBytes = maxBytes;
  }

  byte[] next() {
    byte[] input = any();
    for (int changes = 1 + random.nextInt(MOST_CHANGES); changes > 0; changes--) {
      input = changed(input);
    }
    return input.length <= maxBytes ? input : Arrays.copyOf(input, maxBytes);
  }

  private byte[] any() {
    return corpus.get(random.nextInt(corpus.size()));
  }

  private byte[] changed(byte[] input) {
    int from = random.nextInt(input.length + 1);
    int to = from + random.nextInt(Math.min(input.length - from, 40) + 1);
    return switch (random.nextInt(7)) {
      case 0 -> flipped(input);
      case 1 -> joined(input, from, to, new byte[0], 0); // less
      case 2 -> joined(input, from, from, piece(), 1);
      case 3 -> joined(input, from, to, piece(), 1);
      case 4 -> joined(input, to, to, Arrays.copyOfRange(input, from, to), 1);
      case 5 ->
          joined(input, to, to, Arrays.copyOfRange(input, from, to), random.nextInt(MOST_COPIES));
      default -> {
        byte[] other = any();
        int start = random.nextInt(other.length + 1);
        int end = start + random.nextInt(Math.min(other.length - start, 200) + 1);
        yield joined(input, from, to, Arrays.copyOfRange(other, start, end), 1);
      }
    };
  }

  private byte[] piece() {
    return PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
  }

  private byte[] flipped(byte[] input) {
    byte[] flipped = input.clone();
    if (flipped.length > 0) {
      flipped[random.nextInt(flipped.length)] =
          (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextBoolean() ? 0xFF : 0);
    }
    return flipped;
  }

  /// The input with copies of a part in place of what stands between two positions.
  private byte[] joined(byte[] input, int from, int to, byte[] part, int copies) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream(input.length + part.length);
    joined.write(input, 0, from);
    for (int i = 0; i < copies && joined.size() < maxBytes; i++) {
      joined.writeBytes(part);
    }
    joined.write(input, to, input.length - to);
    return joined.toByteArray();
  }
}
