/// What a caller asks: one immutable record tree per query, already resolved to column names,
/// absolute times and typed literals.
@NullMarked
package io.tyto.model.query;

import org.jspecify.annotations.NullMarked;
