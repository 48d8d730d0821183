/// What is kept of every entity: lifetime measures and the running values that marks are made by.
///
/// A {@link io.tyto.engine.state.StateLayout} says what; {@link io.tyto.engine.state.EntityStates}
/// holds the states of one collection in one partition: those that the newest manifest stands for
/// in a map off the heap, and on top of it, for each unit that is not committed, the entities that
/// changed in it.
///
/// Invariant: the states of a unit are whole states, not differences. So the newest one of an
/// entity is its state, a replay makes the same bits, and nothing is ever added twice. Chronicle
/// Map is known to this package only; what it holds can be lost at any time and is read again from
/// the segments.
@NullMarked
package io.tyto.engine.state;

import org.jspecify.annotations.NullMarked;
