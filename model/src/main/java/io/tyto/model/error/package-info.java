/// The one exception type and the closed list of error codes.
@NullMarked
package io.tyto.model.error;

import org.jspecify.annotations.NullMarked;
