/// DuckDB as the oracle: the same rows in a table, the same question as SQL.
///
/// Entry points are {@link DuckDb} and {@link DuckDbDialect}. The dialect says of a query that it
/// has no SQL (empty) rather than translating it nearly.
@NullMarked
package io.tyto.testkit.duckdb;

import org.jspecify.annotations.NullMarked;
