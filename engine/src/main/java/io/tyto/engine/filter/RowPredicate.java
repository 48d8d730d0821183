package io.tyto.engine.filter;

import io.tyto.model.query.EntitySet;
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

  /// Rows of entities that are in a set (not in it, if `isNegated`); never those without one.
  record OfEntities(int slot, EntitySet members, boolean isNegated) implements RowPredicate {
    private static final int COST = 4;

    @Override
    public int cost() {
      return COST;
    }
  }

  /// Rows that {@link RowSample} chooses (that it does not, if `isNegated`).
  ///
  /// @param entitySlot -1: rows have no entities
  record Sampled(int entitySlot, int logSlot, int offsetSlot, double rate, boolean isNegated)
      implements RowPredicate {
    private static final int COST = 6;

    @Override
    public int cost() {
      return COST;
    }
  }

  record OfColumn(int slot, ValuePredicate test) implements RowPredicate {
    @Override
    public int cost() {
      return test.cost();
    }
  }
}
