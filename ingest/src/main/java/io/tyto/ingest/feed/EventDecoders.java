package io.tyto.ingest.feed;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.Excerpt;
import io.tyto.ingest.decode.RecordDecoder;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.TypeTable;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Feed.Envelope;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final List<Selection> selections = new ArrayList<>();

  /// The collection of this group that takes every event; null: there is none.
  private final @Nullable Reader whole;

  /// A collection of any group takes every event.
  private final boolean isAllTaken;

  /// The topic's first collection, where it is of this group.
  private final @Nullable Reader first;

  private final String known;
  private @Nullable Reader routed;
  private @Nullable Rejection refused;

  /// A collection of this group and its decoder.
  private record Reader(TableSchema schema, RecordDecoder decoder) {}

  /// @param reader null where a collection of another group takes the type
  private record Taker(@Nullable Reader reader) {}

  /// The collections that look for an event's type at the same place.
  private record Selection(TypeReader type, TypeTable<Taker> takers) {}

  /// @param sharing the newest schemas of all collections of the catalog whose feed names the topic
  /// @param groupId the group whose collections this reader fills
  public EventDecoders(
      List<TableSchema> sharing, int groupId, DecodeContext context, DecoderRegistry plugins) {
    List<TableSchema> ordered =
        sharing.stream().sorted(Comparator.comparingInt(TableSchema::collectionId)).toList();
    Map<Integer, Reader> own = new LinkedHashMap<>();
    for (TableSchema schema : ordered) {
      if (schema.groupId() == groupId) {
        own.put(schema.collectionId(), new Reader(schema, plugins.decoder(schema, context)));
      }
    }
    Map<String, Map<String, Taker>> takers = new LinkedHashMap<>();
    Reader takesAll = null;
    boolean isTaken = false;
    List<String> types = new ArrayList<>();
    for (TableSchema schema : ordered) {
      Reader reader = own.get(schema.collectionId());
      Envelope envelope = envelopeOf(schema);
      if (envelope == null || envelope.type() == null) {
        takesAll = takesAll == null ? reader : takesAll;
        isTaken = true;
        continue;
      }
      Map<String, Taker> there =
          takers.computeIfAbsent(envelope.type(), _ -> new LinkedHashMap<>());
      for (String type : envelope.is()) {
        types.add(type);
        Taker taker = there.get(type);
        if (taker == null || taker.reader() == null) {
          there.put(type, new Taker(reader));
        }
      }
    }
    takers.forEach((place, byType) ->
        selections.add(new Selection(typeReader(place), new TypeTable<>(byType))));
    whole = takesAll;
    isAllTaken = isTaken;
    first = ordered.isEmpty() ? null : own.get(ordered.getFirst().collectionId());
    known = String.join(", ", types.stream().distinct().sorted().toList());
  }

  /// The collection that the event is for, as a row or as a dead letter; null where it is for none
  /// of this group.
  public @Nullable TableSchema route(RawEvent event) {
    refused = null;
    routed = readerOf(event);
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
    return refused != null ? refused : reader.decoder().decode(payload, 0, payload.length, row);
  }

  private @Nullable Reader readerOf(RawEvent event) {
    Reader byType = null;
    boolean isTyped = false;
    for (int i = 0; i < selections.size(); i++) {
      Selection selection = selections.get(i);
      TypeReader type = selection.type();
      if (type.find(event)) {
        Taker taker = selection.takers().find(type.data(), type.from(), type.to());
        isTyped |= taker != null;
        byType = byType == null && taker != null ? taker.reader() : byType;
      }
    }
    if (byType != null) {
      return byType;
    }
    if (event.payload() == null) {
      return isTyped ? null : first;
    }
    if (whole != null) {
      return whole;
    }
    if (isTyped || isAllTaken || first == null) {
      return null;
    }
    refused = unknownType(event);
    return first;
  }

  private Rejection unknownType(RawEvent event) {
    String found = "no type";
    for (Selection selection : selections) {
      TypeReader type = selection.type();
      if (type.find(event)) {
        found = "the type " + Excerpt.quoted(type.data(), type.from(), type.to());
      } else if (type.fault() != null) {
        return type.fault();
      }
    }
    return new Rejection(
        Rejection.Code.UNKNOWN_TYPE,
        null,
        "found an event of %s, which no collection of the topic takes; expected one of %s"
            .formatted(found, known));
  }

  private static TypeReader typeReader(String place) {
    return place.startsWith(Envelope.HEADER)
        ? new TypeReader.OfHeader(place.substring(Envelope.HEADER.length()))
        : new TypeReader.OfJson(JsonPointer.parse(place));
  }

  private static @Nullable Envelope envelopeOf(TableSchema schema) {
    Feed feed = schema.config().source().feed();
    return feed == null ? null : feed.envelope();
  }
}
