/// The store of immutable objects, the manifest chain and the catalog log over it.
@NullMarked
package io.tyto.store;

import org.jspecify.annotations.NullMarked;
