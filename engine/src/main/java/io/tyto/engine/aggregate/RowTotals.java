package io.tyto.engine.aggregate;

import io.tyto.engine.scan.Batch;
import org.jspecify.annotations.Nullable;

/// The counts of a scan's rows by group, and the sums that can share a loop with them. Not
/// thread-safe.
public final class RowTotals {
  private final SumBlock block = new SumBlock();
  private final CountAccumulator rows = new CountAccumulator(block);

  /// Rows by group.
  public CountAccumulator rows() {
    return rows;
  }

  /// A state of the prototype's spec that {@link #update} keeps, for all rows of the scan, or null
  /// where it cannot be shared. Before there are groups only.
  public @Nullable Accumulator share(Accumulator prototype) {
    return switch (prototype) {
      case CountAccumulator _ -> rows;
      case LongSum sum when !sum.isList() -> sum.over(block);
      default -> null;
    };
  }

  public void ensureGroups(int count) {
    block.ensureGroups(count);
  }

  public void update(Batch batch, GroupedRows grouped) {
    block.update(batch, grouped);
  }

  /// The same for rows that are all in one group, added up where they are stored. False, and
  /// nothing done, where that cannot be.
  ///
  /// @param mask the batch's rows; null: all
  /// @param count of them
  public boolean addUp(Batch batch, long @Nullable [] mask, int count, int group) {
    return block.addUp(batch, mask, count, group);
  }

  public long sizeBytes() {
    return block.sizeBytes();
  }

  /// Whether the group has rows.
  public boolean has(int group) {
    return block.rows(group) > 0;
  }

  /// Makes room for the groups `[0, count)` of another lane's totals; {@link #merge} follows, for
  /// ranges that may be merged side by side, then {@link #merged}.
  public void prepareMerge(RowTotals other, int count) {
    block.prepareMerge(other.block, count);
  }

  /// Adds the groups `[from, to)` of another lane's totals.
  public void merge(RowTotals other, int from, int to) {
    block.merge(other.block, from, to);
  }

  /// Ends a merge.
  public void merged(RowTotals other) {
    block.mergedBounds(other.block);
  }
}
