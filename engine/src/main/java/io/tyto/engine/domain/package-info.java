/// Dense int codes for the values of a column, the same in every thread and source of one scan, so
/// that groups and sets are arrays. Entry type: {@link io.tyto.engine.domain.ColumnDomain}.
///
/// Invariant, owned by the tables: code 0 is null; a value's code never changes within a scan.
@NullMarked
package io.tyto.engine.domain;

import org.jspecify.annotations.NullMarked;
