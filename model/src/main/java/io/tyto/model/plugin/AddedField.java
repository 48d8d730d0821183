package io.tyto.model.plugin;

import io.tyto.model.schema.ColumnType;

/// A column that an enricher can add to collections that declare it with the same type.
///
/// @param description what it holds, for people
public record AddedField(String name, ColumnType type, String description) {}
