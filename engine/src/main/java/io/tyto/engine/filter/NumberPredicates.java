package io.tyto.engine.filter;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import io.tyto.model.schema.Physical;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Tests of numbers against an interval or a set.
final class NumberPredicates {
  private NumberPredicates() {}

  /// Inside (or outside) the inclusive interval; an empty one has `low > high`.
  record LongRange(long low, long high, boolean negated) implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      ValuePredicate.dropNulls(vector, mask);
      switch (vector) {
        case ColumnVector.Longs longs ->
            masks.kernels.retainRange(longs.values(), longs.length(), low, high, negated, mask);
        case ColumnVector.AllNull _ -> {}
        case ColumnVector.Doubles _,
            ColumnVector.Ordinals _,
            ColumnVector.Bytes _,
            ColumnVector.Lists _ ->
            throw unexpected(vector, "longs");
      }
    }

    @Override
    public boolean retainStored(
        ColumnReader reader, int from, int count, long[] mask, Masks masks) {
      return reader.type().physical() == Physical.LONG
          && reader.retainRange(from, count, low, high, negated, mask);
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      if (zone.nulls() == zone.rows()) {
        return Verdict.NEVER;
      }
      if (!zone.hasBounds()) {
        return Verdict.SOMETIMES;
      }
      boolean disjoint = zone.maxLong() < low || zone.minLong() > high;
      boolean within = zone.minLong() >= low && zone.maxLong() <= high;
      return negated
          ? Verdict.of(within, disjoint && zone.nulls() == 0)
          : Verdict.of(disjoint, within && zone.nulls() == 0);
    }

    @Override
    public int cost() {
      return 1;
    }
  }

  /// One of (or none of) the sorted values.
  record LongSet(long[] values, boolean negated) implements ValuePredicate {
    /// So many comparisons of all rows cost less than decoding them and searching for each.
    private static final int MAX_COMPARED = 8;

    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      ValuePredicate.dropNulls(vector, mask);
      switch (vector) {
        case ColumnVector.Longs longs -> {
          for (int word = 0; word < Masks.words(longs.length()); word++) {
            mask[word] = members(longs.values(), word << 6, mask[word]);
          }
        }
        case ColumnVector.AllNull _ -> {}
        case ColumnVector.Doubles _,
            ColumnVector.Ordinals _,
            ColumnVector.Bytes _,
            ColumnVector.Lists _ ->
            throw unexpected(vector, "longs");
      }
    }

    @Override
    public boolean retainStored(
        ColumnReader reader, int from, int count, long[] mask, Masks masks) {
      if (values.length > MAX_COMPARED || reader.type().physical() != Physical.LONG) {
        return false;
      }
      if (negated) {
        boolean isDone = true;
        for (int i = 0; isDone && i < values.length; i++) {
          isDone = reader.retainRange(from, count, values[i], values[i], true, mask);
        }
        return isDone;
      }
      return retainAny(reader, from, count, mask, masks);
    }

    private boolean retainAny(ColumnReader reader, int from, int count, long[] mask, Masks masks) {
      int words = Masks.words(count);
      long[] passed = masks.borrow(count);
      long[] open = masks.borrow(count);
      Masks.clear(passed, count);
      boolean isDone = true;
      for (int i = 0; isDone && i < values.length; i++) {
        for (int word = 0; word < words; word++) {
          open[word] = mask[word] & ~passed[word];
        }
        isDone = reader.retainRange(from, count, values[i], values[i], false, open);
        for (int word = 0; word < words; word++) {
          passed[word] |= open[word];
        }
      }
      for (int word = 0; isDone && word < words; word++) {
        mask[word] &= passed[word];
      }
      masks.release(open);
      masks.release(passed);
      return isDone;
    }

    private long members(long[] column, int from, long candidates) {
      long kept = candidates;
      for (long left = candidates; left != 0; left &= left - 1) {
        int bit = Long.numberOfTrailingZeros(left);
        if (Arrays.binarySearch(values, column[from + bit]) >= 0 == negated) {
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
      if (!zone.hasBounds()) {
        return Verdict.SOMETIMES;
      }
      int from = Arrays.binarySearch(values, zone.minLong());
      int next = from >= 0 ? from : -from - 1;
      boolean disjoint = next == values.length || values[next] > zone.maxLong();
      boolean single = zone.minLong() == zone.maxLong() && from >= 0;
      return negated
          ? Verdict.of(single, disjoint && zone.nulls() == 0)
          : Verdict.of(disjoint, single && zone.nulls() == 0);
    }

    @Override
    public int cost() {
      return 6;
    }
  }

  /// Inside (or outside) the inclusive interval; an empty one has `low > high`.
  record DoubleRange(double low, double high, boolean negated) implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      ValuePredicate.dropNulls(vector, mask);
      switch (vector) {
        case ColumnVector.Doubles doubles ->
            masks.kernels.retainRange(doubles.values(), doubles.length(), low, high, negated, mask);
        case ColumnVector.AllNull _ -> {}
        case ColumnVector.Longs _,
            ColumnVector.Ordinals _,
            ColumnVector.Bytes _,
            ColumnVector.Lists _ ->
            throw unexpected(vector, "doubles");
      }
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      if (zone.nulls() == zone.rows()) {
        return Verdict.NEVER;
      }
      if (!zone.hasBounds()) {
        return Verdict.SOMETIMES;
      }
      boolean disjoint = zone.maxDouble() < low || zone.minDouble() > high;
      boolean within = zone.minDouble() >= low && zone.maxDouble() <= high;
      return negated
          ? Verdict.of(within, disjoint && zone.nulls() == 0)
          : Verdict.of(disjoint, within && zone.nulls() == 0);
    }

    @Override
    public int cost() {
      return 1;
    }
  }

  /// One of (or none of) the sorted values.
  record DoubleSet(double[] values, boolean negated) implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      ValuePredicate.dropNulls(vector, mask);
      switch (vector) {
        case ColumnVector.Doubles doubles -> {
          for (int word = 0; word < Masks.words(doubles.length()); word++) {
            mask[word] = members(doubles.values(), word << 6, mask[word]);
          }
        }
        case ColumnVector.AllNull _ -> {}
        case ColumnVector.Longs _,
            ColumnVector.Ordinals _,
            ColumnVector.Bytes _,
            ColumnVector.Lists _ ->
            throw unexpected(vector, "doubles");
      }
    }

    private long members(double[] column, int from, long candidates) {
      long kept = candidates;
      for (long left = candidates; left != 0; left &= left - 1) {
        int bit = Long.numberOfTrailingZeros(left);
        if (Arrays.binarySearch(values, column[from + bit]) >= 0 == negated) {
          kept &= ~(1L << bit);
        }
      }
      return kept;
    }

    @Override
    public int cost() {
      return 6;
    }
  }

  static IllegalStateException unexpected(ColumnVector vector, String expected) {
    return new IllegalStateException(
        "expected a vector of " + expected + ", got " + vector.getClass().getSimpleName());
  }
}
