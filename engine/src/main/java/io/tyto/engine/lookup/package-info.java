/// Dimension tables: rows under unique keys in one immutable file, columnar, mapped read-only.
///
/// Entry types: {@link io.tyto.engine.lookup.LookupTable} to read one, {@link
/// io.tyto.engine.lookup.LookupTableWriter} to write one.
///
/// Invariant: equal rows give equal bytes, in whichever order they come.
@NullMarked
package io.tyto.engine.lookup;

import org.jspecify.annotations.NullMarked;
