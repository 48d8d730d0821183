/// The states of measures: one {@link io.tyto.engine.aggregate.Accumulator} holds the state of
/// every group.
@NullMarked
package io.tyto.engine.aggregate;

import org.jspecify.annotations.NullMarked;
