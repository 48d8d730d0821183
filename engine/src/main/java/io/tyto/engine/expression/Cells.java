package io.tyto.engine.expression;

import org.jspecify.annotations.Nullable;

/// The operands of one row, by slot: what a compiled expression reads.
interface Cells {
  /// The value in the form of {@link Operands}, or null.
  @Nullable Object value(int slot);
}
