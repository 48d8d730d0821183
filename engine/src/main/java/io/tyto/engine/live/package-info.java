/// Subscriptions: queries that are asked again when rows have arrived, each once for all who follow
/// it, and rows in the order of their arrival.
///
/// Entry point is {@link LiveQueries}. Invariants: an answer is computed only where the snapshot or
/// the time it asks about has changed; nothing is queued for a slow listener; everything that can
/// grow has a bound in {@link LiveOptions}.
@NullMarked
package io.tyto.engine.live;

import org.jspecify.annotations.NullMarked;
