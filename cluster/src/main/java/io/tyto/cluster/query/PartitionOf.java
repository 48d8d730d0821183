package io.tyto.cluster.query;

/// A partition of a group.
record PartitionOf(int group, int partition) {}
