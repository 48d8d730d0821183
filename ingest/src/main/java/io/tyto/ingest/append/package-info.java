/// Columns that only the owner of a partition can fill, because they depend on the rows before and
/// so on the order in which it takes rows in: what is kept of the entity as of the row, values of
/// other collections of the group, and what is derived from either.
///
/// Such a column is declared in the config like any other and marked by {@link
/// io.tyto.model.schema.ColumnSpec#isAppended}, which is told from `enriched`. That alone makes
/// events not bring it, decoders leave it null, and expressions over it wait (see {@link
/// io.tyto.model.schema.AppendedColumns}). The log does not have it: a replay fills it again.
///
/// When a row's entity is known, and before the row goes into the tail, the {@link
/// io.tyto.ingest.append.AppendChain} of its collection is run, on the partition's thread. To fill
/// columns from another source:
///
/// 1. implement {@link io.tyto.ingest.append.AppendColumns}: one row, and many as columns, with
///    equal outcome. For the latter, gather values in an {@link io.tyto.engine.load.AddedColumn}
///    for each column, or hand a vector to `LoadedRows.with`;
/// 2. let `ColumnSpec.isAppended` say yes to the word that marks the columns;
/// 3. give the implementation to {@link io.tyto.ingest.append.AppendChain#of}, in
///    `TailUnit.tailOf`, behind the states. Derived columns come last by themselves.
///
/// What is filled is stored as any value: sealing and compaction copy it. Rows that came before the
/// column have null. Filling must depend on nothing but what the partition committed or applied
/// before, or a replay after a crash gives other values.
@NullMarked
package io.tyto.ingest.append;

import org.jspecify.annotations.NullMarked;
