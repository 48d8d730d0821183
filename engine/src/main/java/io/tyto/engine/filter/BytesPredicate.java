package io.tyto.engine.filter;

import io.tyto.engine.source.BatchSets;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A matcher over byte strings, or its negation; evaluated once per dictionary where there is one.
final class BytesPredicate implements ValuePredicate {
  private final BytesMatcher matcher;
  private final boolean negated;
  private final Map<Dictionary, OrdinalSet> known = new IdentityHashMap<>();

  BytesPredicate(BytesMatcher matcher, boolean negated) {
    this.matcher = matcher;
    this.negated = negated;
  }

  boolean isNegated() {
    return negated;
  }

  /// What the matcher (not its negation) accepts; shared by all threads of the query.
  OrdinalSet ordinals(Dictionary dictionary) {
    synchronized (known) {
      OrdinalSet set = known.get(dictionary);
      // A tail's dictionary grows; its new ordinals belong to rows of later views or batches.
      if (set == null || set.size() < dictionary.size()) {
        set = matcher.ordinals(dictionary);
        known.put(dictionary, set);
      }
      return set;
    }
  }

  /// Hashes of the values that the matcher accepts, or null where these are more or unknown.
  long @Nullable [] hashes(int most) {
    return switch (matcher) {
      case BytesMatchers.Equal(byte[] value) -> new long[] {BatchSets.hash(value, 0, value.length)};
      case BytesMatchers.OneOf values when values.values().size() <= most ->
          values.values().stream()
              .mapToLong(value -> BatchSets.hash(value, 0, value.length))
              .toArray();
      default -> null;
    };
  }

  @Override
  public void retain(ColumnVector vector, long[] mask, Masks masks) {
    ValuePredicate.dropNulls(vector, mask);
    switch (vector) {
      case ColumnVector.Ordinals ordinals -> retainOrdinals(ordinals, mask, masks);
      case ColumnVector.Bytes bytes -> {
        for (int word = 0; word < Masks.words(bytes.length()); word++) {
          mask[word] = matching(bytes, word << 6, mask[word]);
        }
      }
      case ColumnVector.AllNull _ -> {}
      case ColumnVector.Longs _, ColumnVector.Doubles _, ColumnVector.Lists _ ->
          throw NumberPredicates.unexpected(vector, "bytes");
    }
  }

  @Override
  public boolean retainStored(ColumnReader reader, int from, int count, long[] mask, Masks masks) {
    Dictionary dictionary = reader.dictionary();
    if (dictionary == null) {
      return false;
    }
    OrdinalSet set = ordinals(dictionary);
    if (set.isEmpty() || set.isAll()) {
      return reader.retainRange(
          from, count, Long.MIN_VALUE, Long.MAX_VALUE, set.isEmpty() != negated, mask);
    }
    return set.isContiguous()
        ? reader.retainRange(from, count, set.low(), set.high(), negated, mask)
        : reader.retainMembers(from, count, set.bits(), negated, mask);
  }

  private void retainOrdinals(ColumnVector.Ordinals vector, long[] mask, Masks masks) {
    OrdinalSet set = ordinals(vector.dictionary());
    if (set.isEmpty() || set.isAll()) {
      if (set.isEmpty() != negated) {
        Masks.clear(mask, vector.length());
      }
    } else if (set.isContiguous()) {
      masks.kernels.retainRange(
          vector.values(), vector.length(), set.low(), set.high(), negated, mask);
    } else {
      masks.kernels.retainMembers(vector.values(), vector.length(), set.bits(), negated, mask);
    }
  }

  private long matching(ColumnVector.Bytes vector, int from, long candidates) {
    long kept = candidates;
    int[] offsets = vector.offsets();
    for (long left = candidates; left != 0; left &= left - 1) {
      int bit = Long.numberOfTrailingZeros(left);
      int position = from + bit;
      if (matcher.matches(vector.data(), offsets[position], offsets[position + 1]) == negated) {
        kept &= ~(1L << bit);
      }
    }
    return kept;
  }

  @Override
  public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
    if (zone.nulls() == zone.rows()) {
      return Verdict.NEVER;
    }
    if (dictionary == null) {
      return Verdict.SOMETIMES;
    }
    OrdinalSet set = ordinals(dictionary);
    boolean bounded = zone.hasBounds() && dictionary.isOrdered();
    long least = bounded ? zone.minLong() : 0;
    long greatest = bounded ? zone.maxLong() : set.size() - 1L;
    boolean disjoint = set.isEmpty() || set.high() < least || set.low() > greatest;
    boolean within =
        set.isAll() || set.isContiguous() && set.low() <= least && set.high() >= greatest;
    return negated
        ? Verdict.of(within, disjoint && zone.nulls() == 0)
        : Verdict.of(disjoint, within && zone.nulls() == 0);
  }

  @Override
  public int cost() {
    return 1 + matcher.cost();
  }
}
