/// Values that rows take from other rows of the same entity, as of the time of each: found for many
/// rows in one pass, and laid over what is stored.
@NullMarked
package io.tyto.engine.join;

import org.jspecify.annotations.NullMarked;
