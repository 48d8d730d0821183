package io.tyto.ingest;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.ingest.partition.Partition;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.util.List;

/// Where the events of a collection go, by one version of its schema. Immutable.
///
/// @param placement how keys choose partitions
/// @param keyColumn position of the entity's key, or -1
/// @param eventIdColumn position of the event id, or -1
record CollectionRoute(
    TableSchema schema,
    List<Partition> partitions,
    KeyPlacement placement,
    int keyColumn,
    int eventIdColumn) {

  static CollectionRoute of(
      TableSchema schema, List<Partition> partitions, KeyPlacement placement) {
    EventConfig.Entity entity = schema.config().entity();
    return new CollectionRoute(
        schema,
        List.copyOf(partitions),
        placement,
        schema.positionOf(entity == null ? null : entity.key()),
        schema.positionOf(schema.config().eventId()));
  }
}
