/// How fast Tyto is: JMH benchmarks of the loops that matter beside a plain baseline, and programs
/// that time a whole node.
///
/// Measures everything and is used by nothing. Data are functions of a seed; every result is
/// checked before it is timed. `perf/README.md` says how to run each, and what was seen.
@NullMarked
package io.tyto.perf;

import org.jspecify.annotations.NullMarked;
