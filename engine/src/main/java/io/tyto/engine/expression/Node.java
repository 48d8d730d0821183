package io.tyto.engine.expression;

import org.jspecify.annotations.Nullable;

/// A compiled expression. Immutable and thread-safe; never fails on a row.
@FunctionalInterface
interface Node {
  /// The value in the form of {@link Operands}, or null.
  @Nullable Object evaluate(Cells cells);
}
