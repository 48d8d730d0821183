/// How events come into the states of their entities: which elements a config asks for, and how
/// rows and columns are read for them.
///
/// Knows nothing of partitions and commits; those are `io.tyto.ingest.partition.Lifetimes`.
@NullMarked
package io.tyto.ingest.lifetime;

import org.jspecify.annotations.NullMarked;
