/// The API keys of a project, in one log of numbered documents. Entry type: {@link
/// io.tyto.store.key.KeyLog}. Contents: docs/formats/keys.md.
@NullMarked
package io.tyto.store.key;

import org.jspecify.annotations.NullMarked;
