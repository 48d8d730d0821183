package io.tyto.ingest.feed;

import io.tyto.engine.row.Row;
import io.tyto.ingest.decode.DecodeContext;
import io.tyto.ingest.decode.Excerpt;
import io.tyto.ingest.decode.Rejection;
import io.tyto.ingest.decode.TypeTable;
import io.tyto.ingest.log.RawEvent;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Feed.Envelope;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.schema.TableSchema;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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
  private record Reader(TableSchema schema, PayloadDecoder decoder) {}

  /// @param reader null where a collection of another group takes the type
  private record Taker(@Nullable Reader reader) {}

  /// A way of reading bytes.
  private record Reading(String format, Feed.Encoding encoding) {
    static Reading of(@Nullable Feed feed) {
      return DecoderRegistry.isJson(feed) || feed == null
          ? new Reading("", Feed.Encoding.NONE)
          : new Reading(feed.format(), feed.encoding());
    }
  }

  /// Where a type stands.
  private record Place(String type, Reading reading) {}

  /// The collections that look for an event's type at the same place.
  private record Selection(TypeReader type, TypeTable<Taker> takers) {}

  /// @param sharing the newest schemas of all collections of the catalog whose feed names the topic
  /// @param groupId the group whose collections this reader fills
  /// @param context what decoding needs beside the bytes
  public EventDecoders(
      List<TableSchema> sharing, int groupId, DecodeContext context, DecoderRegistry plugins) {
    List<TableSchema> ordered =
        sharing.stream().sorted(Comparator.comparingInt(TableSchema::collectionId)).toList();
    Map<Reading, EventTree> trees = trees(ordered, plugins);
    Map<Integer, Reader> own = new LinkedHashMap<>();
    for (TableSchema schema : ordered) {
      if (schema.groupId() == groupId) {
        EventTree tree = trees.get(Reading.of(feedOf(schema)));
        own.put(schema.collectionId(), reader(schema, tree, context));
      }
    }
    Map<Place, Map<String, Taker>> takers = new LinkedHashMap<>();
    Reader takesAll = null;
    boolean isTaken = false;
    Set<String> types = new TreeSet<>();
    for (TableSchema schema : ordered) {
      Reader reader = own.get(schema.collectionId());
      Feed feed = feedOf(schema);
      Envelope envelope = feed == null ? null : feed.envelope();
      if (envelope == null || envelope.type() == null) {
        takesAll = takesAll == null ? reader : takesAll;
        isTaken = true;
      } else {
        types.addAll(envelope.is());
        Place place = new Place(envelope.type(), Reading.of(feed));
        addTakers(takers.computeIfAbsent(place, _ -> new LinkedHashMap<>()), envelope, reader);
      }
    }
    takers.forEach((place, byType) -> {
      TypeReader type = typeReader(place.type(), trees.get(place.reading()));
      selections.add(new Selection(type, new TypeTable<>(byType)));
    });
    whole = takesAll;
    isAllTaken = isTaken;
    first = ordered.isEmpty() ? null : own.get(ordered.getFirst().collectionId());
    known = String.join(", ", types);
  }

  /// The collections that read a topic, of whatever group.
  public static List<TableSchema> sharing(List<TableSchema> all, Feed.Kind kind, String topic) {
    return all.stream()
        .filter(schema -> {
          Feed feed = feedOf(schema);
          return feed != null && feed.kind() == kind && feed.topic().equals(topic);
        })
        .toList();
  }

  private static Map<Reading, EventTree> trees(List<TableSchema> schemas, DecoderRegistry plugins) {
    Map<Reading, EventTree> trees = new HashMap<>();
    for (TableSchema schema : schemas) {
      Feed feed = feedOf(schema);
      if (feed != null && !DecoderRegistry.isJson(feed)) {
        trees.computeIfAbsent(
            Reading.of(feed), _ -> new EventTree(plugins.decoder(schema.name(), feed)));
      }
    }
    return trees;
  }

  /// Types that several collections take are for the first of this group.
  private static void addTakers(
      Map<String, Taker> takers, Envelope envelope, @Nullable Reader reader) {
    for (String type : envelope.is()) {
      Taker taker = takers.get(type);
      if (taker == null || taker.reader() == null) {
        takers.put(type, new Taker(reader));
      }
    }
  }

  private static @Nullable Feed feedOf(TableSchema schema) {
    return schema.config().source().feed();
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
    return refused != null ? refused : reader.decoder().decode(event, payload, row);
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

  private static Reader reader(
      TableSchema schema, @Nullable EventTree tree, DecodeContext context) {
    return new Reader(
        schema,
        tree == null
            ? new PayloadDecoder.OfJson(schema, context)
            : new PayloadDecoder.OfTree(tree, schema, context));
  }

  /// @param tree null where the events are JSON
  private static TypeReader typeReader(String place, @Nullable EventTree tree) {
    if (place.startsWith(Envelope.HEADER)) {
      return new TypeReader.OfHeader(place.substring(Envelope.HEADER.length()));
    }
    if (tree == null) {
      return new TypeReader.OfJson(JsonPointer.parse(place));
    }
    return new TypeReader.OfTree(
        tree, place.equals(Envelope.SCHEMA) ? null : JsonPointer.parse(place));
  }
}
