package io.tyto.ingest;

import io.tyto.engine.entity.KeyPlacement;

/// How a new group of collections is laid out, for ever.
///
/// @param placement how keys choose partitions
record GroupShape(int partitions, KeyPlacement placement) {}
