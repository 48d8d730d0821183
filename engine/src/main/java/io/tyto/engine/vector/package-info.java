/// Column values in memory: what travels between readers, filters and accumulators, a batch at a
/// time.
@NullMarked
package io.tyto.engine.vector;

import org.jspecify.annotations.NullMarked;
