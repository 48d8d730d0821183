/// Joins between collections of one group: what an event takes from the events of another
/// collection with the same entity, as of its time.
///
/// The value of a taken column is, by definition, that of the entity's latest event in the other
/// collection that has one and whose time is not after the row's; of events of one time the one
/// that arrived last. So it is a function of the rows that are stored. When a row is taken in, it
/// is found among the states of entities and the {@link io.tyto.ingest.join.RecentEvents}; where
/// these do not know it, or an event comes too late for rows that are there, the next commit says
/// from which time on rows are to be joined again, and the background does it
/// (`io.tyto.ingest.partition.Rejoiner`).
@NullMarked
package io.tyto.ingest.join;

import org.jspecify.annotations.NullMarked;
