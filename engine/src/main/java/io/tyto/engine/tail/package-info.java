/// The mutable, queryable rows of one collection in one partition that are not sealed yet.
///
/// One thread appends and publishes; queries see the rows published before they took their view,
/// and nothing later. What readers may touch while the writer goes on is said at each field.
@NullMarked
package io.tyto.engine.tail;

import org.jspecify.annotations.NullMarked;
