/// The catalog of a project: its collections, their ids and config versions, imported files.
///
/// Entry type: {@link io.tyto.store.catalog.Catalog}, a numbered log with the same conditional put
/// as the manifests.
@NullMarked
package io.tyto.store.catalog;

import org.jspecify.annotations.NullMarked;
