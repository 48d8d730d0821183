/// Looking after a store: {@link io.tyto.store.maintenance.StoreVerifier} re-reads everything,
/// {@link io.tyto.store.maintenance.GarbageCollector} deletes what nothing refers to any more.
@NullMarked
package io.tyto.store.maintenance;

import org.jspecify.annotations.NullMarked;
