/// Evaluates the typed expressions of derived columns: for a new row on its way in, and for stored
/// rows that are older than the column.
///
/// Invariant: both give the same value for the same operands, bit for bit, so it cannot be told
/// from an answer when a column was added. `DerivedColumnsTest` checks it.
@NullMarked
package io.tyto.engine.expression;

import org.jspecify.annotations.NullMarked;
