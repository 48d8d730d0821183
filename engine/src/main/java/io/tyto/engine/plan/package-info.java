/// From a query record to an answer: checks, time axes, one or two scans, and everything that
/// happens to groups afterwards (windows, gap fill, top, having, order, limits, pages).
///
/// Entry types: {@link AggregateRunner}, {@link RecordsRunner}, {@link ValuesRunner} and {@link
/// Inspection}; each runs one query on one snapshot. Imports `group`, `filter`, `aggregate`,
/// `snapshot` and the packages below them.
@NullMarked
package io.tyto.engine.plan;

import org.jspecify.annotations.NullMarked;
