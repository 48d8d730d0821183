/// Answers that are kept, and computed once for all who ask at the same time.
@NullMarked
package io.tyto.engine.cache;

import org.jspecify.annotations.NullMarked;
