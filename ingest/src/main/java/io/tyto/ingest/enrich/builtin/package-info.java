/// The enrichers that every server has, written against {@link io.tyto.model.plugin} like anybody
/// else's.
///
/// They are found by {@link java.util.ServiceLoader}. Input is hostile: whatever stands in a column
/// costs time and memory in proportion to its length, what is not understood stays null, and only a
/// broken data file is a failure. `HostileInputTest` checks that. Libraries for parsing (MaxMind's
/// reader, uap-java, Guava's public suffixes) stay in this package.
@NullMarked
package io.tyto.ingest.enrich.builtin;

import org.jspecify.annotations.NullMarked;
