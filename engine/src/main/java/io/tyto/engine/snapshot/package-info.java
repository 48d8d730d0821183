/// What one query sees of a collection: a fixed list of row sources, held open while it runs.
@NullMarked
package io.tyto.engine.snapshot;

import org.jspecify.annotations.NullMarked;
