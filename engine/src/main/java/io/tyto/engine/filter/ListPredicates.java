package io.tyto.engine.filter;

import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Tests of list columns, by tests of their elements.
final class ListPredicates {
  private ListPredicates() {}

  /// Some element passes; negated: the list is not null and no element passes.
  record Any(ValuePredicate element, boolean negated) implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      ValuePredicate.dropNulls(vector, mask);
      if (vector instanceof ColumnVector.Lists lists) {
        retainAny(lists, element, negated, mask, masks);
      }
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      if (zone.nulls() == zone.rows()) {
        return Verdict.NEVER;
      }
      // The zone's nulls are null lists; of null elements and empty lists it says nothing.
      boolean none = element.verdict(zone, dictionary) == Verdict.NEVER;
      return negated ? Verdict.of(false, none && zone.nulls() == 0) : Verdict.of(none, false);
    }

    @Override
    public int cost() {
      return 4 + 2 * element.cost();
    }
  }

  /// Each of the tests passes for some element; negated: the list is not null and one of them does
  /// not.
  record HasAll(List<ValuePredicate> elements, boolean negated) implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      ValuePredicate.dropNulls(vector, mask);
      if (!(vector instanceof ColumnVector.Lists lists)) {
        return;
      }
      long[] all = masks.borrow(lists.length());
      System.arraycopy(mask, 0, all, 0, Masks.words(lists.length()));
      for (ValuePredicate element : elements) {
        retainAny(lists, element, false, all, masks);
      }
      for (int word = 0; word < Masks.words(lists.length()); word++) {
        mask[word] &= negated ? ~all[word] : all[word];
      }
      masks.release(all);
    }

    @Override
    public int cost() {
      return 4 + 4 * elements.size();
    }
  }

  /// The number of elements, null elements included, passes a test of longs.
  record Length(ValuePredicate length) implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      switch (vector) {
        case ColumnVector.Lists lists -> {
          long[] lengths = new long[lists.length()];
          for (int i = 0; i < lengths.length; i++) {
            lengths[i] = (long) lists.offsets()[i + 1] - lists.offsets()[i];
          }
          length.retain(
              new ColumnVector.Longs(lists.length(), lengths, lists.nulls()), mask, masks);
        }
        case ColumnVector.AllNull allNull -> length.retain(allNull, mask, masks);
        case ColumnVector.Longs _,
            ColumnVector.Doubles _,
            ColumnVector.Ordinals _,
            ColumnVector.Bytes _ ->
            throw NumberPredicates.unexpected(vector, "lists");
      }
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      return Verdict.SOMETIMES;
    }

    @Override
    public int cost() {
      return 3;
    }
  }

  private static void retainAny(
      ColumnVector.Lists lists, ValuePredicate element, boolean negated, long[] mask, Masks masks) {
    int elements = lists.elements().length();
    long[] passed = masks.borrow(elements);
    Masks.fill(passed, elements);
    element.retain(lists.elements(), passed, masks);
    int[] offsets = lists.offsets();
    for (int word = 0; word < Masks.words(lists.length()); word++) {
      for (long left = mask[word]; left != 0; left &= left - 1) {
        int bit = Long.numberOfTrailingZeros(left);
        int row = (word << 6) + bit;
        if (isAnySet(passed, offsets[row], offsets[row + 1]) == negated) {
          mask[word] &= ~(1L << bit);
        }
      }
    }
    masks.release(passed);
  }

  private static boolean isAnySet(long[] mask, int from, int to) {
    for (int i = from; i < to; i++) {
      if (Masks.get(mask, i)) {
        return true;
      }
    }
    return false;
  }
}
