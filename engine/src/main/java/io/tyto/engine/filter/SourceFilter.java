package io.tyto.engine.filter;

import io.tyto.engine.scan.Batch;

/// Evaluates a predicate over one source, block by block. Not thread-safe.
public final class SourceFilter {
  private final Batch batch;
  private final Masks masks;
  private final SourcePredicate root;
  private Verdict verdict = Verdict.SOMETIMES;

  SourceFilter(RowPredicate test, Batch batch, Masks masks, boolean isNarrowing) {
    this.batch = batch;
    this.masks = masks;
    root = SourcePredicate.of(test, batch, isNarrowing);
  }

  /// Enters a block; false where no row of it can pass.
  public boolean enterBlock(int block) {
    verdict = root.enterBlock(block);
    return verdict != Verdict.NEVER;
  }

  /// Clears the bits of the batch's rows that do not pass; the batch lies in the block entered
  /// last. Bits beyond the batch's length stay as they are. Returns false where no bit is left.
  public boolean retain(long[] mask) {
    if (verdict == Verdict.ALWAYS) {
      return !Masks.isEmpty(mask, batch.length());
    }
    root.retain(mask, masks);
    return !Masks.isEmpty(mask, batch.length());
  }

  /// Sets the bits of the batch's rows.
  public static void fill(long[] mask, int count) {
    Masks.fill(mask, count);
  }

  /// How many of the batch's rows have their bit set.
  public static int cardinality(long[] mask, int count) {
    return Masks.cardinality(mask, count);
  }

  /// Words that hold a bit for each of `count` rows.
  public static int words(int count) {
    return Masks.words(count);
  }
}
