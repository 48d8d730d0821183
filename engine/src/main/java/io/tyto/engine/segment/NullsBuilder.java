package io.tyto.engine.segment;

import io.tyto.engine.encoding.Codec;
import io.tyto.engine.encoding.EncodedValues;
import io.tyto.engine.encoding.Encoding;
import io.tyto.engine.encoding.PayloadBuilder;
import io.tyto.engine.vector.ColumnVector;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Gathers which values of a block are null. Not thread-safe; reused block by block.
final class NullsBuilder {
  private long[] words = new long[16];
  private int size;
  private int nulls;

  void add(ColumnVector vector, int[] positions, int from, int count) {
    if (vector.nulls() == null) {
      size += count;
      return;
    }
    for (int i = from; i < from + count; i++) {
      add(vector.isNull(positions[i]));
    }
  }

  void add(boolean isNull) {
    if (isNull) {
      int word = size >>> 6;
      if (word >= words.length) {
        words = Arrays.copyOf(words, Math.max(word + 1, words.length * 2));
      }
      words[word] |= 1L << size;
      nulls++;
    }
    size++;
  }

  int nulls() {
    return nulls;
  }

  boolean hasNulls() {
    return nulls > 0;
  }

  boolean isNull(int position) {
    int word = position >>> 6;
    return word < words.length && (words[word] >>> position & 1) != 0;
  }

  /// Position of the first value that is not null; there is one.
  int firstPresent() {
    int word = 0;
    while (word < words.length && words[word] == -1L) {
      word++;
    }
    return (word << 6) + (word < words.length ? Long.numberOfTrailingZeros(~words[word]) : 0);
  }

  EncodedValues encode() {
    PayloadBuilder target = new PayloadBuilder();
    for (int word = 0; word << 6 < size; word++) {
      target.putLong(word < words.length ? words[word] : 0);
    }
    ByteBuffer payload = target.finish();
    return new EncodedValues(Encoding.BITMAP, Codec.NONE, size, payload.remaining(), payload);
  }

  void clear() {
    if (nulls > 0) {
      Arrays.fill(words, 0);
    }
    size = 0;
    nulls = 0;
  }
}
