/// `tyto bench`: thirty questions over generated events, asked of Tyto and of DuckDB in turns, and
/// ClickHouse's times from a file beside them.
///
/// {@link io.tyto.perf.bench.BenchCommand} is the entry. Every answer is compared with DuckDB's
/// before a time counts. Nothing here is known to the engine.
@NullMarked
package io.tyto.perf.bench;

import org.jspecify.annotations.NullMarked;
