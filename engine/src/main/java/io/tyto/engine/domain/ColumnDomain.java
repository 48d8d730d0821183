package io.tyto.engine.domain;

import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Gives the values of one column dense codes: 0 is null, values count from 1. One per column and
/// scan, shared by all threads. Thread-safe.
public sealed interface ColumnDomain {

  /// Codes of the values at `positions[0, count)`.
  void codes(ColumnVector vector, int[] positions, int count, int[] codes);

  /// The shortcut where there is one, else false: `groups[i] = groups[i] * limit + code` for the
  /// values at `positions[0, count)`.
  ///
  /// @param positions null for the first `count` ones
  default boolean fold(
      ColumnVector vector, int @Nullable [] positions, int count, int limit, int[] groups) {
    return false;
  }

  /// All codes given so far are below.
  int limit();

  /// No code will ever reach {@link #limit}.
  boolean isBounded();

  /// Order of the values of two codes from 1.
  int compare(int left, int right);

  /// Long, Double or byte[]: the value of a code from 1.
  Object value(int code);

  long sizeBytes();

  /// Longs in a known narrow range: the code is the distance from its start.
  record Range(long low, int size) implements ColumnDomain {
    @Override
    public void codes(ColumnVector vector, int[] positions, int count, int[] codes) {
      if (vector instanceof ColumnVector.Longs(var length, var values, var nulls)) {
        long base = low - 1;
        for (int i = 0; i < count; i++) {
          codes[i] = (int) (values[positions[i]] - base);
        }
        clearNulls(nulls, positions, count, codes);
      } else {
        allNull(vector, count, codes);
      }
    }

    @Override
    public boolean fold(
        ColumnVector vector, int @Nullable [] positions, int count, int limit, int[] groups) {
      if (!(vector instanceof ColumnVector.Longs(var length, var values, var nulls))
          || nulls != null) {
        return false;
      }
      CodeLoops.fold(values, 1 - (int) low, positions, count, limit, groups);
      return true;
    }

    @Override
    public int limit() {
      return size + 1;
    }

    @Override
    public boolean isBounded() {
      return true;
    }

    @Override
    public int compare(int left, int right) {
      return Integer.compare(left, right);
    }

    @Override
    public Object value(int code) {
      return low + code - 1;
    }

    public long longValue(int code) {
      return low + code - 1;
    }

    @Override
    public long sizeBytes() {
      return 0;
    }
  }

  /// Any longs.
  record Longs(LongCodes table) implements ColumnDomain {
    @Override
    public void codes(ColumnVector vector, int[] positions, int count, int[] codes) {
      if (vector instanceof ColumnVector.Longs(var length, var values, var nulls)) {
        table.intern(values, nulls, positions, count, codes);
      } else {
        allNull(vector, count, codes);
      }
    }

    @Override
    public int limit() {
      return table.size() + 1;
    }

    @Override
    public boolean isBounded() {
      return false;
    }

    @Override
    public int compare(int left, int right) {
      return Long.compare(table.value(left), table.value(right));
    }

    @Override
    public Object value(int code) {
      return table.value(code);
    }

    public long longValue(int code) {
      return table.value(code);
    }

    @Override
    public long sizeBytes() {
      return table.sizeBytes();
    }
  }

  /// Doubles, by their bits; -0.0 does not occur.
  record Doubles(LongCodes table) implements ColumnDomain {
    @Override
    public void codes(ColumnVector vector, int[] positions, int count, int[] codes) {
      if (vector instanceof ColumnVector.Doubles(var length, var values, var nulls)) {
        for (int i = 0; i < count; i++) {
          int position = positions[i];
          boolean isNull = nulls != null && (nulls[position >>> 6] >>> position & 1) != 0;
          codes[i] = isNull ? 0 : table.intern(Double.doubleToRawLongBits(values[position]));
        }
      } else {
        allNull(vector, count, codes);
      }
    }

    @Override
    public int limit() {
      return table.size() + 1;
    }

    @Override
    public boolean isBounded() {
      return false;
    }

    @Override
    public int compare(int left, int right) {
      return Double.compare(doubleValue(left), doubleValue(right));
    }

    @Override
    public Object value(int code) {
      return doubleValue(code);
    }

    public double doubleValue(int code) {
      return Double.longBitsToDouble(table.value(code));
    }

    @Override
    public long sizeBytes() {
      return table.sizeBytes();
    }
  }

  /// Byte strings. The ordinals of a dictionary are translated once each.
  final class Bytes implements ColumnDomain {
    private final BytesCodes table;
    private final Map<Dictionary, Translation> translations = new IdentityHashMap<>();
    private long translationBytes;

    /// Codes by ordinal, 0 where not known yet.
    private static final class Translation {
      private int[] codes = new int[0];

      /// No code of a value that may come is missing.
      private boolean isWhole;

      /// Every code is its ordinal and 1.
      private boolean isShift;
    }

    /// Every dictionary was translated beforehand, and there are no other values.
    private volatile boolean isBounded;

    public Bytes(long seed) {
      table = new BytesCodes(seed);
    }

    public BytesCodes table() {
      return table;
    }

    /// Takes all values of a dictionary in.
    public void internAll(Dictionary dictionary) {
      int size = dictionary.size();
      Translation translation = translation(dictionary);
      int[] codes = translation.codes;
      boolean isShift = size > 0;
      for (int ordinal = 0; ordinal < size; ordinal++) {
        codes[ordinal] = table.intern(dictionary.value(ordinal));
        isShift &= codes[ordinal] == ordinal + 1;
      }
      translation.isShift = isShift;
      translation.isWhole = true;
    }

    @Override
    public boolean fold(
        ColumnVector vector, int @Nullable [] positions, int count, int limit, int[] groups) {
      if (!(vector
          instanceof ColumnVector.Ordinals(var length, var values, var dictionary, var nulls))) {
        return false;
      }
      Translation translation = translation(dictionary);
      if (!translation.isWhole) {
        return false;
      }
      if (translation.isShift) {
        CodeLoops.fold(values, 1, positions, count, limit, groups);
      } else {
        CodeLoops.fold(values, translation.codes, positions, count, limit, groups);
      }
      if (nulls != null) {
        CodeLoops.unfoldNulls(values, translation.codes, nulls, positions, count, groups);
      }
      return true;
    }

    /// Says that every value that may come was taken in by {@link #internAll}.
    public void bound() {
      isBounded = true;
    }

    @Override
    public void codes(ColumnVector vector, int[] positions, int count, int[] codes) {
      switch (vector) {
        case ColumnVector.Ordinals(var length, var values, var dictionary, var nulls) -> {
          translate(dictionary, values, nulls, positions, count, codes);
          clearNulls(nulls, positions, count, codes);
        }
        case ColumnVector.Bytes(var length, var data, var offsets, var nulls) -> {
          table.intern(data, offsets, positions, count, codes);
          clearNulls(nulls, positions, count, codes);
        }
        case ColumnVector.AllNull _,
            ColumnVector.Longs _,
            ColumnVector.Doubles _,
            ColumnVector.Lists _ ->
            allNull(vector, count, codes);
      }
    }

    private void translate(
        Dictionary dictionary,
        int[] ordinals,
        long @Nullable [] nulls,
        int[] positions,
        int count,
        int[] codes) {
      int[] translation = translation(dictionary).codes;
      int missing = 0;
      for (int i = 0; i < count; i++) {
        int code = translation[ordinals[positions[i]]];
        codes[i] = code;
        missing |= code - 1;
      }
      if (missing < 0) {
        translateMissing(dictionary, translation, ordinals, nulls, positions, count, codes);
      }
    }

    /// Racing threads write the same code to the same place.
    private void translateMissing(
        Dictionary dictionary,
        int[] translation,
        int[] ordinals,
        long @Nullable [] nulls,
        int[] positions,
        int count,
        int[] codes) {
      for (int i = 0; i < count; i++) {
        int position = positions[i];
        boolean isNull = nulls != null && (nulls[position >>> 6] >>> position & 1) != 0;
        if (codes[i] == 0 && !isNull) {
          int ordinal = ordinals[position];
          if (translation[ordinal] == 0) {
            translation[ordinal] = table.intern(dictionary.value(ordinal));
          }
          codes[i] = translation[ordinal];
        }
      }
    }

    private Translation translation(Dictionary dictionary) {
      synchronized (translations) {
        Translation translation = translations.computeIfAbsent(dictionary, _ -> new Translation());
        int size = Math.max(1, dictionary.size());
        if (translation.codes.length < size) {
          translationBytes += 4L * (size - translation.codes.length);
          translation.codes = Arrays.copyOf(translation.codes, size);
        }
        return translation;
      }
    }

    @Override
    public int limit() {
      return table.size() + 1;
    }

    @Override
    public boolean isBounded() {
      return isBounded;
    }

    @Override
    public int compare(int left, int right) {
      return table.compare(left, right);
    }

    @Override
    public Object value(int code) {
      return table.value(code);
    }

    @Override
    public long sizeBytes() {
      return table.sizeBytes() + translationBytes;
    }
  }

  private static void clearNulls(long @Nullable [] nulls, int[] positions, int count, int[] codes) {
    if (nulls != null) {
      for (int i = 0; i < count; i++) {
        int position = positions[i];
        if ((nulls[position >>> 6] >>> position & 1) != 0) {
          codes[i] = 0;
        }
      }
    }
  }

  private static void allNull(ColumnVector vector, int count, int[] codes) {
    if (!(vector instanceof ColumnVector.AllNull)) {
      throw new IllegalStateException("unexpected " + vector.getClass().getSimpleName());
    }
    Arrays.fill(codes, 0, count, 0);
  }
}
