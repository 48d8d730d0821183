package io.tyto.ingest.feed;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.RecordDecoder;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.schema.TableSchema;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Decides for one reader of a topic which collection of its group an event is for, and decodes it.
///
/// Every event of a topic is somebody's: what no collection can be told for (a tombstone, a type
/// that nobody takes) is a rejection of the topic's first collection, the one with the lowest id,
/// and of no other, so that it becomes exactly one dead letter whatever groups read the topic.
///
/// Thread-safety: none; each reader has its own.
public final class EventDecoders {
  private final @Nullable Reader taker;
  private final boolean hasFirst;
  private @Nullable Reader routed;

  /// A collection of this group and its decoder.
  private record Reader(TableSchema schema, RecordDecoder decoder) {}

  /// @param sharing the newest schemas of all collections of the catalog whose feed names the topic
  /// @param groupId the group whose collections this reader fills
  /// @param clock for the bounds of event times
  public EventDecoders(
      List<TableSchema> sharing, int groupId, Clock clock, DecoderRegistry plugins) {
    List<TableSchema> ordered =
        sharing.stream().sorted(Comparator.comparingInt(TableSchema::collectionId)).toList();
    taker =
        ordered.stream()
            .filter(schema -> schema.groupId() == groupId)
            .findFirst()
            .map(schema -> new Reader(schema, plugins.decoder(schema, clock)))
            .orElse(null);
    hasFirst = !ordered.isEmpty() && ordered.getFirst().groupId() == groupId;
  }

  /// The collection that the event is for, as a row or as a dead letter; null where it is for none
  /// of this group.
  public @Nullable TableSchema route(RawEvent event) {
    routed = event.payload() != null || hasFirst ? taker : null;
    return routed == null ? null : routed.schema();
  }

  /// Decodes the event that was routed last into `row`; null where it fits. After a rejection the
  /// row's content is unspecified.
  ///
  /// @param row of the routed collection's width; cleared first
  public @Nullable Rejection decode(RawEvent event, Row row) {
    Reader reader = Objects.requireNonNull(routed, "the event is for no collection of this group");
    byte[] payload = event.payload();
    if (payload == null) {
      return new Rejection(
          Rejection.Code.TOMBSTONE, null, "found a record without a value, expected an event");
    }
    return reader.decoder().decode(payload, 0, payload.length, row);
  }
}
