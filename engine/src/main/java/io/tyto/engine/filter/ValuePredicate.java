package io.tyto.engine.filter;

import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.Zone;
import io.tyto.engine.vector.ColumnVector;
import io.tyto.engine.vector.Dictionary;
import org.jspecify.annotations.Nullable;

/// A predicate over the values of one vector. Immutable but for caches; thread-safe.
///
/// There is no NOT: a test knows its own negation, and either clears the bits of null values
/// (except where it asks for null).
interface ValuePredicate {
  /// Clears the bits of the positions where the test is not true.
  void retain(ColumnVector vector, long[] mask, Masks masks);

  /// The same for the rows `[from, from + count)` of a column, tested where they are stored. False,
  /// and nothing done, where this test or the column cannot.
  default boolean retainStored(ColumnReader reader, int from, int count, long[] mask, Masks masks) {
    return false;
  }

  /// @param zone of the vector's block
  default Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
    return zone.nulls() == zone.rows() ? Verdict.NEVER : Verdict.SOMETIMES;
  }

  /// Relative cost per row: cheap tests go first.
  int cost();

  /// Clears the bits of null positions.
  static void dropNulls(ColumnVector vector, long[] mask) {
    long[] nulls = vector.nulls();
    if (nulls != null) {
      for (int word = 0; word < Masks.words(vector.length()); word++) {
        mask[word] &= ~nulls[word];
      }
    }
  }

  /// True of no value.
  record Never() implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      Masks.clear(mask, vector.length());
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      return Verdict.NEVER;
    }

    @Override
    public int cost() {
      return 0;
    }
  }

  /// True of every value that is not null.
  record NotNull() implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      dropNulls(vector, mask);
    }

    @Override
    public boolean retainStored(
        ColumnReader reader, int from, int count, long[] mask, Masks masks) {
      return reader.retainRange(from, count, Long.MIN_VALUE, Long.MAX_VALUE, false, mask);
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      return Verdict.of(zone.nulls() == zone.rows(), zone.nulls() == 0);
    }

    @Override
    public int cost() {
      return 1;
    }
  }

  record IsNull() implements ValuePredicate {
    @Override
    public void retain(ColumnVector vector, long[] mask, Masks masks) {
      long[] nulls = vector.nulls();
      for (int word = 0; word < Masks.words(vector.length()); word++) {
        mask[word] &= nulls == null ? 0 : nulls[word];
      }
    }

    @Override
    public boolean retainStored(
        ColumnReader reader, int from, int count, long[] mask, Masks masks) {
      long[] present = masks.borrow(count);
      Masks.fill(present, count);
      boolean isDone =
          reader.retainRange(from, count, Long.MIN_VALUE, Long.MAX_VALUE, false, present);
      for (int word = 0; isDone && word < Masks.words(count); word++) {
        mask[word] &= ~present[word];
      }
      masks.release(present);
      return isDone;
    }

    @Override
    public Verdict verdict(Zone zone, @Nullable Dictionary dictionary) {
      return Verdict.of(zone.nulls() == 0, zone.nulls() == zone.rows());
    }

    @Override
    public int cost() {
      return 1;
    }
  }
}
