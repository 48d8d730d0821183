package io.tyto.engine.filter;

import io.tyto.engine.source.BatchSets;
import io.tyto.engine.source.ColumnReader;
import io.tyto.engine.source.RowSource;
import io.tyto.engine.vector.Dictionary;
import org.jspecify.annotations.Nullable;

/// The batches of a source in which rows may pass a test for few values. Immutable.
///
/// @param batches bit per batch
record BatchSieve(long[] batches) {
  /// More values than this are likely to lie in most batches.
  private static final int MAX_VALUES = 32;

  /// Null where the test is for other than few values, or nothing is known of the column.
  static @Nullable BatchSieve of(
      ColumnReader reader, @Nullable Dictionary dictionary, ValuePredicate test, int rowCount) {
    BatchSets sets = reader.batchSets();
    long[] hashes = sets == null ? null : hashes(dictionary, test);
    if (sets == null || hashes == null) {
      return null;
    }
    int groupRows = BatchSets.GROUP_BATCHES * RowSource.BATCH_ROWS;
    long[] batches = new long[(rowCount + groupRows - 1) / groupRows];
    for (int group = 0; group < batches.length; group++) {
      for (long hash : hashes) {
        batches[group] |= sets.mayHold(group, hash);
      }
    }
    return new BatchSieve(batches);
  }

  private static long @Nullable [] hashes(@Nullable Dictionary dictionary, ValuePredicate test) {
    return switch (test) {
      case NumberPredicates.LongRange(long low, long high, boolean negated)
          when low == high && !negated ->
          new long[] {BatchSets.hash(low)};
      case NumberPredicates.LongSet(long[] values, boolean negated)
          when values.length <= MAX_VALUES && !negated -> {
        long[] hashes = new long[values.length];
        for (int i = 0; i < hashes.length; i++) {
          hashes[i] = BatchSets.hash(values[i]);
        }
        yield hashes;
      }
      case BytesPredicate bytes when !bytes.isNegated() ->
          dictionary == null ? bytes.hashes(MAX_VALUES) : ordinals(bytes.ordinals(dictionary));
      default -> null;
    };
  }

  private static long @Nullable [] ordinals(OrdinalSet set) {
    if (set.count() > MAX_VALUES) {
      return null;
    }
    int[] ordinals = set.toArray();
    long[] hashes = new long[ordinals.length];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = BatchSets.hash(ordinals[i]);
    }
    return hashes;
  }

  /// False where none of the rows `[from, from + count)` passes.
  boolean mayPass(int from, int count) {
    int last = (from + count - 1) / RowSource.BATCH_ROWS;
    for (int batch = from / RowSource.BATCH_ROWS; batch <= last; batch++) {
      if ((batches[batch >>> 6] >>> batch & 1) != 0) {
        return true;
      }
    }
    return false;
  }
}
