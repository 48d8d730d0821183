package io.tyto.engine.live;

import io.tyto.engine.snapshot.TableSnapshot;
import io.tyto.model.schema.EventConfig;

/// What answers depend on: as long as a collection stands as it stood, they are the same.
///
/// @param version of the schema, and `policy` that came with it: whoever may see less is told less
///   although no row is new
record Standing(String snapshot, int version, EventConfig.Policy policy) {
  static Standing of(TableSnapshot snapshot) {
    return new Standing(
        snapshot.id(), snapshot.schema().version(), snapshot.schema().config().policy());
  }

  /// The same rules over the rows of another snapshot.
  Standing with(String other) {
    return new Standing(other, version, policy);
  }
}
