package io.tyto.engine.tail;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A growing bitmap of null rows. One thread sets; readers copy bits of published rows, whose words
/// the writer may still be adding later bits to: hence opaque access, which never tears a word.
final class NullBits {
  private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(long[].class);

  private volatile long @Nullable [] words;

  void set(int row) {
    long[] current = words;
    int word = row >>> 6;
    if (current == null) {
      current = new long[Math.max(4, word + 1)];
      words = current;
    } else if (word >= current.length) {
      current = Arrays.copyOf(current, Math.max(word + 1, current.length * 2));
      words = current;
    }
    WORDS.setOpaque(current, word, current[word] | 1L << row);
  }

  /// Bits of rows `[from, from + count)`, or null where none is set.
  long @Nullable [] copy(int from, int count) {
    long[] source = words;
    if (source == null || count == 0) {
      return null;
    }
    long[] target = new long[(count + 63) >>> 6];
    long any = 0;
    for (int i = 0; i < target.length; i++) {
      target[i] = wordAt(source, from + (i << 6));
    }
    if ((count & 63) != 0) {
      target[target.length - 1] &= -1L >>> -count;
    }
    for (long word : target) {
      any |= word;
    }
    return any == 0 ? null : target;
  }

  int sizeBytes() {
    long[] current = words;
    return current == null ? 0 : current.length * 8;
  }

  private static long wordAt(long[] source, int bit) {
    int word = bit >>> 6;
    long low = word < source.length ? (long) WORDS.getOpaque(source, word) >>> bit : 0;
    if ((bit & 63) == 0 || word + 1 >= source.length) {
      return low;
    }
    return low | (long) WORDS.getOpaque(source, word + 1) << -bit;
  }
}
