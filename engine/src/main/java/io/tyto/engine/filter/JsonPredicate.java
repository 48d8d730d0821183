package io.tyto.engine.filter;

import io.tyto.engine.scan.Checkpoint;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.query.Filter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A test of the value at a path of JSON texts; each text of a dictionary is read once.
final class JsonPredicate implements ValuePredicate {
  private static final int CHUNK = 1 << 12;

  private final JsonPathReader path;
  private final Filter.JsonAs as;
  private final ValuePredicate value;
  private final Map<Dictionary, OrdinalSet> known = new IdentityHashMap<>();

  /// @param value over bytes (AS_STRING), doubles (AS_NUMBER) or longs, 1 where it is there
  ///   (EXISTS)
  JsonPredicate(JsonPathReader path, Filter.JsonAs as, ValuePredicate value) {
    this.path = path;
    this.as = as;
    this.value = value;
  }

  @Override
  public void retain(ColumnVector vector, long[] mask, Masks masks) {
    switch (vector) {
      case ColumnVector.Ordinals ordinals -> retainOrdinals(ordinals, mask, masks);
      case ColumnVector.Bytes bytes -> value.retain(extract(bytes, mask), mask, masks);
      case ColumnVector.AllNull allNull -> value.retain(allNull, mask, masks);
      case ColumnVector.Longs _, ColumnVector.Doubles _, ColumnVector.Lists _ ->
          throw NumberPredicates.unexpected(vector, "bytes");
    }
  }

  private void retainOrdinals(ColumnVector.Ordinals vector, long[] mask, Masks masks) {
    OrdinalSet set = ordinals(vector.dictionary(), masks);
    long[] nulls = masks.borrow(vector.length());
    System.arraycopy(mask, 0, nulls, 0, Masks.words(vector.length()));
    new IsNull().retain(vector, nulls, masks);
    value.retain(new ColumnVector.AllNull(vector.length()), nulls, masks);
    ValuePredicate.dropNulls(vector, mask);
    masks.kernels.retainMembers(vector.values(), vector.length(), set.bits(), false, mask);
    for (int word = 0; word < Masks.words(vector.length()); word++) {
      mask[word] |= nulls[word];
    }
    masks.release(nulls);
  }

  private OrdinalSet ordinals(Dictionary dictionary, Masks masks) {
    synchronized (known) {
      OrdinalSet set = known.get(dictionary);
      if (set == null || set.size() < dictionary.size()) {
        set = evaluate(dictionary, masks);
        known.put(dictionary, set);
      }
      return set;
    }
  }

  private OrdinalSet evaluate(Dictionary dictionary, Masks masks) {
    int size = dictionary.size();
    OrdinalSet.Builder set = new OrdinalSet.Builder(size);
    long[] passed = masks.borrow(CHUNK);
    for (int from = 0; from < size; from += CHUNK) {
      Checkpoint.pass();
      int count = Math.min(CHUNK, size - from);
      Masks.fill(passed, count);
      value.retain(extract(chunk(dictionary, from, count), passed), passed, masks);
      for (int i = 0; i < count; i++) {
        if (Masks.get(passed, i)) {
          set.add(from + i);
        }
      }
    }
    masks.release(passed);
    return set.build();
  }

  private static ColumnVector.Bytes chunk(Dictionary dictionary, int from, int count) {
    byte[][] texts = new byte[count][];
    for (int i = 0; i < count; i++) {
      texts[i] = dictionary.value(from + i);
    }
    return bytes(texts, null);
  }

  /// The values at the path for the positions in the mask; null elsewhere.
  private ColumnVector extract(ColumnVector.Bytes texts, long[] mask) {
    int count = texts.length();
    long[] nulls = new long[Masks.words(count)];
    Arrays.fill(nulls, -1L);
    return switch (as) {
      case STRING -> {
        byte[] @Nullable [] strings = new byte[count][];
        forEach(
            texts,
            mask,
            nulls,
            (i, from, to) -> {
              String text = path.string(texts.data(), from, to);
              strings[i] = text == null ? null : text.getBytes(StandardCharsets.UTF_8);
              return text != null;
            });
        yield bytes(strings, nulls);
      }
      case NUMBER -> {
        double[] numbers = new double[count];
        forEach(
            texts,
            mask,
            nulls,
            (i, from, to) -> {
              numbers[i] = path.number(texts.data(), from, to) + 0.0;
              return !Double.isNaN(numbers[i]);
            });
        yield new ColumnVector.Doubles(count, numbers, nulls);
      }
      case EXISTS -> {
        long[] there = new long[count];
        forEach(
            texts,
            mask,
            nulls,
            (i, from, to) -> {
              there[i] = path.exists(texts.data(), from, to) ? 1 : 0;
              return true;
            });
        yield new ColumnVector.Longs(count, there, nulls);
      }
    };
  }

  /// Says whether text i (`data[from, to)`) gave a value.
  private interface Extraction {
    boolean extract(int i, int from, int to);
  }

  private static void forEach(
      ColumnVector.Bytes texts, long[] mask, long[] nulls, Extraction extraction) {
    for (int i = 0; i < texts.length(); i++) {
      if (Masks.get(mask, i)
          && !texts.isNull(i)
          && extraction.extract(i, texts.offsets()[i], texts.offsets()[i + 1])) {
        nulls[i >>> 6] &= ~(1L << i);
      }
    }
  }

  private static ColumnVector.Bytes bytes(byte[] @Nullable [] values, long @Nullable [] nulls) {
    int[] offsets = new int[values.length + 1];
    for (int i = 0; i < values.length; i++) {
      offsets[i + 1] = offsets[i] + (values[i] == null ? 0 : values[i].length);
    }
    byte[] data = new byte[offsets[values.length]];
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        System.arraycopy(values[i], 0, data, offsets[i], values[i].length);
      }
    }
    return new ColumnVector.Bytes(values.length, data, offsets, nulls);
  }

  @Override
  public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
    return Verdict.SOMETIMES;
  }

  @Override
  public int cost() {
    return 200;
  }
}
