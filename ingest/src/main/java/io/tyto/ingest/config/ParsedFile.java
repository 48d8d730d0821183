package io.tyto.ingest.config;

import io.tyto.model.schema.EventConfig;
import org.jspecify.annotations.Nullable;

/// One file after reading.
///
/// @param config null where the file is too broken to say what it meant; otherwise as far as it
///   could be read, and valid only without problems
/// @param collectionLine where `collection` stands
/// @param entityLine where `entity` stands
record ParsedFile(
    @Nullable EventConfig config, Problems problems, int collectionLine, int entityLine) {}
