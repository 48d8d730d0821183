/// Dimension tables: where their rows come from, which versions there are, and how events get
/// columns from them.
///
/// Entry types: {@link io.tyto.ingest.table.Tables}, which loads them and keeps their versions, and
/// {@link io.tyto.ingest.table.JoinTables}, by which `decode` asks for a {@link
/// io.tyto.ingest.table.RowJoiner}.
///
/// Invariants: a failed load changes nothing; a version is shown once it is durable; which version
/// an event takes as of its time depends on that time and the versions alone.
@NullMarked
package io.tyto.ingest.table;

import org.jspecify.annotations.NullMarked;
