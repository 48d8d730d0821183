/// The one view of rows that operators see, whether they lie in a sealed segment or in the tail.
@NullMarked
package io.tyto.engine.source;

import org.jspecify.annotations.NullMarked;
