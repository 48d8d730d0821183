package io.tyto.ingest.config;

import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Feed.Envelope;
import io.tyto.model.schema.Feed.Kind;
import io.tyto.model.schema.Feed.Partitioner;
import io.tyto.model.schema.Feed.Start;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.text.Suggestion;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Reads the sections `source.kafka` and `source.nats`.
final class FeedReader {
  private static final String JSON = "json";
  private static final String TOPIC = "[A-Za-z0-9._-]{1,249}";
  private static final String FORMAT = "[a-z][a-z0-9_-]{0,63}";

  private final String collection;
  private final Problems problems;

  /// @param collection the type of event that is for it where the envelope names none
  FeedReader(String collection, Problems problems) {
    this.collection = collection;
    this.problems = problems;
  }

  @Nullable Feed read(Section source) {
    Section kafka = source.section("kafka");
    Section nats = source.section("nats");
    if (kafka != null && nats != null) {
      problems.wrong(
          source.line("nats"), "source.nats", "stands beside source.kafka; events come from one");
      return null;
    }
    if (kafka != null) {
      kafka.allowOnly(ConfigKeys.KAFKA);
      return feed(kafka, Kind.KAFKA, "topic", partitioner(kafka));
    }
    if (nats != null) {
      nats.allowOnly(ConfigKeys.NATS);
      return feed(nats, Kind.NATS, "stream", Partitioner.NONE);
    }
    return null;
  }

  private @Nullable Feed feed(Section section, Kind kind, String name, Partitioner partitioner) {
    Located topic = section.requiredText(name, "the name of the " + name);
    if (topic != null && !topic.value().matches(TOPIC)) {
      problems.wrong(topic, "expected letters, digits, '.', '_' and '-', at most 249 of them");
    }
    String format = format(section);
    Start start = start(section);
    Envelope envelope = envelope(section.section("envelope"));
    return topic == null
        ? null
        : new Feed(kind, topic.value(), format, start, partitioner, envelope, Feed.Encoding.NONE);
  }

  private String format(Section section) {
    Located format = section.text("format");
    if (format == null) {
      return JSON;
    }
    if (!format.value().matches(FORMAT)) {
      problems.wrong(format, "expected json, or the name of another decoder in small letters");
      return JSON;
    }
    return format.value();
  }

  private Start start(Section section) {
    Located start = section.text("start");
    if (start == null) {
      return Start.EARLIEST;
    }
    switch (start.value()) {
      case "earliest" -> {
        return Start.EARLIEST;
      }
      case "latest" -> {
        return Start.LATEST;
      }
      default -> {
        try {
          return new Start.At(OffsetDateTime.parse(start.value()).toInstant());
        } catch (DateTimeException e) {
          problems.wrong(
              start, "expected earliest, latest or a time such as " + Instant.ofEpochSecond(0));
          return Start.EARLIEST;
        }
      }
    }
  }

  private Partitioner partitioner(Section section) {
    Located partitioner = section.text("partitioner");
    if (partitioner == null) {
      return Partitioner.MURMUR2;
    }
    List<String> known =
        Arrays.stream(Partitioner.values())
            .map(value -> value.name().toLowerCase(Locale.ROOT))
            .toList();
    if (!known.contains(partitioner.value())) {
      problems.wrong(
          partitioner,
          "expected "
              + String.join(", ", known)
              + Suggestion.didYouMean(partitioner.value(), known));
      return Partitioner.MURMUR2;
    }
    return Partitioner.valueOf(partitioner.value().toUpperCase(Locale.ROOT));
  }

  private @Nullable Envelope envelope(@Nullable Section section) {
    if (section == null) {
      return null;
    }
    section.allowOnly(ConfigKeys.ENVELOPE);
    String type = type(section);
    List<String> is = new ArrayList<>();
    for (Located name : section.texts("is")) {
      if (is.contains(name.value())) {
        problems.wrong(name, "stands twice");
      } else {
        is.add(name.value());
      }
    }
    if (type == null && section.has("is")) {
      problems.wrong(
          section.line("is"),
          section.pathOf("is"),
          "names types, but `type` does not say where they stand, such as `type: /event`");
    } else if (is.isEmpty()) {
      is.add(collection);
    }
    return new Envelope(
        type,
        type == null ? List.of() : is,
        pointer(section, "sequence"),
        pointer(section, "published"),
        pointer(section, "content"));
  }

  private @Nullable String type(Section section) {
    Located type = section.text("type");
    if (type == null) {
      return null;
    }
    if (type.value().startsWith(Envelope.HEADER)) {
      if (type.value().length() > Envelope.HEADER.length()) {
        return type.value();
      }
      problems.wrong(type, "expected the name of a header behind the colon");
      return null;
    }
    return pointer(section, "type");
  }

  private @Nullable String pointer(Section section, String key) {
    Located text = section.text(key);
    if (text == null) {
      return null;
    }
    try {
      JsonPointer pointer = JsonPointer.parse(text.value());
      if (!pointer.isMany() && !pointer.steps().isEmpty()) {
        return text.value();
      }
      problems.wrong(text, "expected the pointer to one member of the event, such as /event");
    } catch (IllegalArgumentException e) {
      problems.wrong(text, String.valueOf(e.getMessage()));
    }
    return null;
  }
}
