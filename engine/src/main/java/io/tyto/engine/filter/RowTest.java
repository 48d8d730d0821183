package io.tyto.engine.filter;

import java.util.List;

/// A compiled predicate over rows: AND and OR of column tests. Immutable, thread-safe.
sealed interface RowTest {
  int cost();

  /// True when empty.
  record All(List<RowTest> parts) implements RowTest {
    @Override
    public int cost() {
      return parts.stream().mapToInt(RowTest::cost).sum();
    }
  }

  /// False when empty.
  record Any(List<RowTest> parts) implements RowTest {
    @Override
    public int cost() {
      return 1 + parts.stream().mapToInt(RowTest::cost).sum();
    }
  }

  record OfColumn(int slot, ValueTest test) implements RowTest {
    @Override
    public int cost() {
      return test.cost();
    }
  }
}
