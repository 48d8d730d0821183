/// Inverted indexes: sets of row ids by dictionary ordinal. Roaring types never leave this module.
///
/// Writing: {@link io.tyto.index.InvertedIndexBuilder}; reading: {@link
/// io.tyto.index.InvertedIndexes}. {@link io.tyto.index.IndexFormat} is the byte-level
/// specification.
@NullMarked
package io.tyto.index;

import org.jspecify.annotations.NullMarked;
