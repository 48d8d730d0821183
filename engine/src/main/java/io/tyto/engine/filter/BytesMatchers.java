package io.tyto.engine.filter;

import com.google.re2j.Pattern;
import io.tyto.engine.domain.BytesCodes;
import io.tyto.engine.kernel.Kernels;
import io.tyto.engine.vector.Dictionary;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The matchers.
final class BytesMatchers {
  private static final int CHEAP = 4;
  private static final int MIDDLING = 12;
  private static final int DEAR = 60;

  private BytesMatchers() {}

  record Equal(byte[] value) implements BytesMatcher {
    @Override
    public boolean matches(byte[] data, int from, int to) {
      return Arrays.equals(value, 0, value.length, data, from, to);
    }

    @Override
    public OrdinalSet ordinals(Dictionary dictionary) {
      OrdinalSet.Builder set = new OrdinalSet.Builder(dictionary.size());
      int ordinal = dictionary.find(value);
      if (ordinal >= 0) {
        set.add(ordinal);
      }
      return set.build();
    }

    @Override
    public int cost() {
      return CHEAP;
    }
  }

  /// One of many values.
  static final class OneOf implements BytesMatcher {
    private final List<byte[]> values;
    private final BytesCodes table;

    OneOf(List<byte[]> values, long seed) {
      this.values = values;
      table = new BytesCodes(seed);
      values.forEach(table::intern);
    }

    List<byte[]> values() {
      return values;
    }

    @Override
    public boolean matches(byte[] data, int from, int to) {
      return table.find(data, from, to - from) != 0;
    }

    @Override
    public OrdinalSet ordinals(Dictionary dictionary) {
      OrdinalSet.Builder set = new OrdinalSet.Builder(dictionary.size());
      for (byte[] value : values) {
        int ordinal = dictionary.find(value);
        if (ordinal >= 0) {
          set.add(ordinal);
        }
      }
      return set.build();
    }

    @Override
    public int cost() {
      return MIDDLING;
    }
  }

  /// Between two bounds by unsigned bytes; null is unbounded.
  record Between(
      byte @Nullable [] low, boolean lowInclusive, byte @Nullable [] high, boolean highInclusive)
      implements BytesMatcher {
    @Override
    public boolean matches(byte[] data, int from, int to) {
      if (low != null) {
        int order = Arrays.compareUnsigned(data, from, to, low, 0, low.length);
        if (order < 0 || order == 0 && !lowInclusive) {
          return false;
        }
      }
      if (high != null) {
        int order = Arrays.compareUnsigned(data, from, to, high, 0, high.length);
        return order < 0 || order == 0 && highInclusive;
      }
      return true;
    }

    @Override
    public OrdinalSet ordinals(Dictionary dictionary) {
      if (!dictionary.isOrdered()) {
        return BytesMatcher.super.ordinals(dictionary);
      }
      int from = low == null ? 0 : firstFrom(dictionary, low, lowInclusive);
      int to = high == null ? dictionary.size() : firstFrom(dictionary, high, !highInclusive);
      OrdinalSet.Builder set = new OrdinalSet.Builder(dictionary.size());
      set.addRange(from, to);
      return set.build();
    }

    /// The first ordinal at (if `inclusive`) or above the bound.
    private static int firstFrom(Dictionary dictionary, byte[] bound, boolean inclusive) {
      int found = dictionary.find(bound);
      return found < 0 ? -found - 1 : inclusive ? found : found + 1;
    }

    @Override
    public int cost() {
      return CHEAP;
    }
  }

  record StartsWith(byte[] prefix) implements BytesMatcher {
    @Override
    public boolean matches(byte[] data, int from, int to) {
      return to - from >= prefix.length
          && Arrays.equals(data, from, from + prefix.length, prefix, 0, prefix.length);
    }

    @Override
    public OrdinalSet ordinals(Dictionary dictionary) {
      return new Between(prefix, true, successor(prefix), false).ordinals(dictionary);
    }

    /// The least string above all that begin with the prefix, or null where there is none.
    private static byte @Nullable [] successor(byte[] prefix) {
      int last = prefix.length - 1;
      while (last >= 0 && prefix[last] == (byte) 0xff) {
        last--;
      }
      if (last < 0) {
        return null;
      }
      byte[] successor = Arrays.copyOf(prefix, last + 1);
      successor[last]++;
      return successor;
    }

    @Override
    public int cost() {
      return CHEAP;
    }
  }

  record EndsWith(byte[] suffix) implements BytesMatcher {
    @Override
    public boolean matches(byte[] data, int from, int to) {
      return to - from >= suffix.length
          && Arrays.equals(data, to - suffix.length, to, suffix, 0, suffix.length);
    }

    @Override
    public int cost() {
      return CHEAP;
    }
  }

  /// A short needle is looked for by comparing its first and last byte with many bytes at once, a
  /// long one by Knuth-Morris-Pratt: either takes time linear in the text.
  static final class Contains implements BytesMatcher {
    private static final int SHORT = 32;

    private final byte[] needle;
    private final int[] fallback;

    Contains(byte[] needle) {
      this.needle = needle;
      fallback = new int[needle.length + 1];
      int border = fallback[0] = -1;
      for (int i = 0; i < needle.length; ) {
        while (border >= 0 && needle[i] != needle[border]) {
          border = fallback[border];
        }
        fallback[++i] = ++border;
      }
    }

    @Override
    public boolean matches(byte[] data, int from, int to) {
      if (needle.length <= SHORT) {
        return needle.length == 0 || Kernels.best().indexOf(needle, data, from, to) >= 0;
      }
      int matched = 0;
      for (int i = from; matched < needle.length && i < to; i++) {
        while (matched >= 0 && data[i] != needle[matched]) {
          matched = fallback[matched];
        }
        matched++;
      }
      return matched == needle.length;
    }

    /// Looks through all values at once: most of them are passed over between two finds.
    @Override
    public void addMatches(Dictionary.Run values, int first, OrdinalSet.Builder set) {
      if (needle.length == 0 || needle.length > SHORT) {
        BytesMatcher.super.addMatches(values, first, set);
        return;
      }
      int[] offsets = values.offsets();
      int end = offsets[values.size()];
      int value = 0;
      int found = Kernels.best().indexOf(needle, values.data(), 0, end);
      while (found >= 0) {
        while (offsets[value + 1] <= found) {
          value++;
        }
        int next = found + 1;
        if (found + needle.length <= offsets[value + 1]) {
          set.add(first + value);
          next = offsets[value + 1];
        }
        found = Kernels.best().indexOf(needle, values.data(), next, end);
      }
    }

    @Override
    public int cost() {
      return MIDDLING;
    }
  }

  /// RE2: linear in the text.
  record Regex(Pattern pattern) implements BytesMatcher {
    @Override
    public boolean matches(byte[] data, int from, int to) {
      return pattern.matcher(Arrays.copyOfRange(data, from, to)).find();
    }

    @Override
    public int cost() {
      return DEAR;
    }
  }

  /// The inner matcher over the folded value; its own literals are folded by whoever made it.
  record Folded(BytesMatcher inner) implements BytesMatcher {
    @Override
    public boolean matches(byte[] data, int from, int to) {
      byte[] folded = Folding.fold(data, from, to);
      return inner.matches(folded, 0, folded.length);
    }

    @Override
    public int cost() {
      return DEAR;
    }
  }
}
