/// One decoded row on its way into the tail.
@NullMarked
package io.tyto.engine.row;

import org.jspecify.annotations.NullMarked;
