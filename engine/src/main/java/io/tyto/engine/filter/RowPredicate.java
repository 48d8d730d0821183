package io.tyto.engine.filter;

import java.util.List;

/// A compiled predicate over rows: AND and OR of column tests. Immutable, thread-safe.
sealed interface RowPredicate {
  int cost();

  /// True when empty.
  record All(List<RowPredicate> parts) implements RowPredicate {
    @Override
    public int cost() {
      return parts.stream().mapToInt(RowPredicate::cost).sum();
    }
  }

  /// False when empty.
  record Any(List<RowPredicate> parts) implements RowPredicate {
    @Override
    public int cost() {
      return 1 + parts.stream().mapToInt(RowPredicate::cost).sum();
    }
  }

  record OfColumn(int slot, ValuePredicate test) implements RowPredicate {
    @Override
    public int cost() {
      return test.cost();
    }
  }
}
