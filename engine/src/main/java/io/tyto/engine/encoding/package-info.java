/// How values become bytes and arrays again. Knows nothing of files, rows or columns.
@NullMarked
package io.tyto.engine.encoding;

import org.jspecify.annotations.NullMarked;
