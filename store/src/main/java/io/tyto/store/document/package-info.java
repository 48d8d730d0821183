/// What manifests and the catalog share: JSON documents that carry their own hash, and logs of
/// numbered documents.
///
/// Used by `store`'s own packages only. Entry types: {@link io.tyto.store.document.SealedJson},
/// {@link io.tyto.store.document.NumberedLog}.
@NullMarked
package io.tyto.store.document;

import org.jspecify.annotations.NullMarked;
