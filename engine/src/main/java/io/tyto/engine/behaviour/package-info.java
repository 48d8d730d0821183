/// What entities did one after the other: gathers the events that a question is about, lays them
/// out entity by entity, and lets a pass go over each entity's events once.
///
/// Exact without any exchange, because all events of an entity lie in one partition, where it has a
/// dense id. Entry type: {@link EntityScan}; a question is an {@link EntityPass}. Imports `filter`,
/// `domain`, `scan`, `source` and `vector`.
@NullMarked
package io.tyto.engine.behaviour;

import org.jspecify.annotations.NullMarked;
