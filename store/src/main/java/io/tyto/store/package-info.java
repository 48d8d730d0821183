/// Immutable objects under keys: the {@link io.tyto.store.Store} and its file-system form.
///
/// Entry types: {@link io.tyto.store.Store}, {@link io.tyto.store.FsStore}, {@link
/// io.tyto.store.StoreKeys} (every key there is), {@link io.tyto.store.DataLock}. Above it stand
/// `document` (sealed JSON, numbered logs), `manifest`, `catalog`, `maintenance` (verify, garbage
/// collection) and `backup` (copies of what stands there at one moment); beside it `s3`, the form
/// in a bucket. Imports `model`, a JSON parser and the JDK only.
///
/// Invariant, owned by {@link io.tyto.store.FsStore}: a key that can be read has its whole content,
/// and a call that returned has survived a power loss. The fault tests of `testkit` check it at
/// every I/O step.
@NullMarked
package io.tyto.store;

import org.jspecify.annotations.NullMarked;
