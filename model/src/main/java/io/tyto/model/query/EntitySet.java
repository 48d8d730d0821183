package io.tyto.model.query;

/// Entities by the dense ids that they have in their partitions. Thread-safe for reading.
public interface EntitySet {
  /// @param entity not 0, the null entity
  boolean contains(int partition, int entity);

  /// False where no entity of the partition is in it.
  boolean isAnyIn(int partition);
}
