/// Event configs: from YAML text to a checked {@link io.tyto.model.schema.EventConfig}, and the
/// difference between two versions.
///
/// Entry: {@link io.tyto.ingest.config.ConfigParser}. Pure functions over text; nothing here does
/// I/O. Invariant: a config that loads without a problem also makes a valid GraphQL schema.
@NullMarked
package io.tyto.ingest.config;

import org.jspecify.annotations.NullMarked;
