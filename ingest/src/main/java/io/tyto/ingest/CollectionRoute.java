package io.tyto.ingest;

import io.tyto.engine.entity.KeyPlacement;
import io.tyto.ingest.letter.PrivateLetters;
import io.tyto.ingest.partition.Partition;
import io.tyto.ingest.privacy.KeyFile;
import io.tyto.ingest.privacy.PrivacyChange;
import io.tyto.ingest.privacy.PrivatePayload;
import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.TableSchema;
import java.util.List;

/// Where the events of a collection go, by one version of its schema. Immutable.
///
/// @param placement how keys choose partitions
/// @param keyColumn position of the entity's key, or -1
/// @param eventIdColumn position of the event id, or -1
/// @param privacy what new rows go through before anything is stored of them, but after their key
///   has chosen the partition: who comes from elsewhere calls it, or the row is refused
/// @param payloads and `letters`: the same for records that were refused
record CollectionRoute(
    TableSchema schema,
    List<Partition> partitions,
    KeyPlacement placement,
    int keyColumn,
    int eventIdColumn,
    PrivacyChange privacy,
    PrivatePayload payloads,
    PrivateLetters letters) {

  static CollectionRoute of(
      TableSchema schema, List<Partition> partitions, KeyPlacement placement, KeyFile keys) {
    EventConfig.Entity entity = schema.config().entity();
    PrivatePayload payloads = new PrivatePayload(schema, keys);
    return new CollectionRoute(
        schema,
        List.copyOf(partitions),
        placement,
        schema.positionOf(entity == null ? null : entity.key()),
        schema.positionOf(schema.config().eventId()),
        PrivacyChange.ofNewRows(schema, keys),
        payloads,
        new PrivateLetters(schema, payloads));
  }
}
