/// Predicates: a {@link io.tyto.model.query.Filter} becomes a tree without NOT that keeps, per
/// batch, the bits of the rows where it is true. Entry type: {@link
/// io.tyto.engine.filter.FilterCompiler}.
@NullMarked
package io.tyto.engine.filter;

import org.jspecify.annotations.NullMarked;
