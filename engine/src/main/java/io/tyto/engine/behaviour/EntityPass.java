package io.tyto.engine.behaviour;

/// What one thread makes of the entities that are dealt to it, one after the other. Not
/// thread-safe.
public interface EntityPass {

  /// Events `[from, to)` are those of one entity, at least one, in order of time; those of equal
  /// time in the order of the first kind they are of, then as they arrived.
  ///
  /// @param partition the entity's
  /// @param entity its dense id there, from 1
  /// @param events valid until the call returns
  void entity(int partition, int entity, EntityEvents events, int from, int to);
}
