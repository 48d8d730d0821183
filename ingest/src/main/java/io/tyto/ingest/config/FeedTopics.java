package io.tyto.ingest.config;

import io.tyto.model.schema.EventConfig;
import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Feed.Envelope;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Checks that an event of a topic is for one collection of a group at most: a log's offset stands
/// for one row of the partition.
final class FeedTopics {
  private static final String EVERY_TYPE = "";

  /// @param group the entity, or the collection where it has none
  private record Place(Feed.Kind kind, String topic, String group, String typePlace, String type) {}

  private FeedTopics() {}

  /// @param files of all collections, those that stand already first
  static void check(List<ParsedFile> files) {
    Map<Place, String> takers = new HashMap<>();
    for (ParsedFile file : files) {
      EventConfig config = file.config();
      Feed feed = config == null ? null : config.source().feed();
      if (config == null || feed == null) {
        continue;
      }
      String group =
          config.entity() == null
              ? "collection " + config.collection()
              : "entity " + config.entity().name();
      Envelope envelope = feed.envelope();
      String typePlace = envelope == null ? null : envelope.type();
      List<String> types =
          envelope == null || typePlace == null ? List.of(EVERY_TYPE) : envelope.is();
      for (String type : types) {
        String other =
            takers.putIfAbsent(
                new Place(
                    feed.kind(),
                    feed.topic(),
                    group,
                    typePlace == null ? EVERY_TYPE : typePlace,
                    type),
                config.collection());
        if (other != null && !other.equals(config.collection())) {
          file.problems()
              .wrong(
                  file.collectionLine(),
                  "source",
                  type.equals(EVERY_TYPE)
                      ? "takes every event of %s, and so does %s with the same entity; route them by `envelope.type`"
                          .formatted(feed.topic(), other)
                      : "takes events '%s' of %s, and so does %s with the same entity; an event is for one of them"
                          .formatted(type, feed.topic(), other));
        }
      }
    }
  }
}
