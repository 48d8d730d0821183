package io.tyto.ingest.discover;

import io.tyto.model.schema.ColumnType;
import org.jspecify.annotations.Nullable;

/// A key that events bring and no column reads.
///
/// @param type of its values; null: they have several, or are objects, and text takes them all
/// @param events in which it was seen with a value
public record FoundKey(String key, @Nullable ColumnType type, int events) {}
