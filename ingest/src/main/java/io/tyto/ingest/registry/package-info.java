/// Reading schemas from a registry with the API that Confluent's has.
///
/// Entry type: {@link io.tyto.ingest.registry.SchemaRegistry}. Imports model only.
@NullMarked
package io.tyto.ingest.registry;

import org.jspecify.annotations.NullMarked;
