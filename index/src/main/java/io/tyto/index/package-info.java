/// Inverted indexes: sets of row ids by dictionary ordinal. Roaring types never leave this module.
@NullMarked
package io.tyto.index;

import org.jspecify.annotations.NullMarked;
