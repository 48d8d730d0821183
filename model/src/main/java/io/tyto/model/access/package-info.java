/// Who asks, and what they may see and do.
@NullMarked
package io.tyto.model.access;

import org.jspecify.annotations.NullMarked;
