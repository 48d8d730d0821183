package io.tyto.engine.segment;

import org.jspecify.annotations.Nullable;

/// An entity's dense id within its shard and its raw key.
///
/// @param key null once the entity was erased: the id stays taken
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record EntityKey(int id, byte @Nullable [] key) {}
