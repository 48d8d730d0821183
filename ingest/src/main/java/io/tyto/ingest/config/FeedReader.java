package io.tyto.ingest.config;

import io.tyto.model.schema.Feed;
import io.tyto.model.schema.Feed.Encoding;
import io.tyto.model.schema.Feed.Envelope;
import io.tyto.model.schema.Feed.Kind;
import io.tyto.model.schema.Feed.Partitioner;
import io.tyto.model.schema.Feed.SchemaFile;
import io.tyto.model.schema.Feed.Start;
import io.tyto.model.schema.JsonPointer;
import io.tyto.model.text.Suggestion;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the sections `source.kafka` and `source.nats`.
final class FeedReader {
  private static final String JSON = "json";
  private static final String TOPIC = "[A-Za-z0-9._-]{1,249}";
  private static final String SUBJECT = "((\\*|[^\\s.*>]+)\\.)*(\\*|>|[^\\s.*>]+)";
  private static final String FORMAT = "[a-z][a-z0-9_-]{0,63}";

  private final String collection;
  private final Map<String, byte[]> files;
  private final Problems problems;

  /// @param collection the type of event that is for it where the envelope names none
  /// @param files attached to the config, by name
  FeedReader(String collection, Map<String, byte[]> files, Problems problems) {
    this.collection = collection;
    this.files = files;
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
    Envelope envelope = envelope(section.section("envelope"), format);
    Encoding encoding = encoding(section, format);
    return topic == null
        ? null
        : new Feed(
            kind, topic.value() + subject(section), format, start, partitioner, envelope, encoding);
  }

  private Encoding encoding(Section section, String format) {
    String registry = registry(section.text("registry"));
    SchemaFile schema = schema(section.text("schema"));
    String message = section.plainText("message");
    if (format.equals(JSON) && (schema != null || message != null)) {
      String key = schema != null ? "schema" : "message";
      problems.wrong(
          section.line(key),
          section.pathOf(key),
          "JSON explains itself; expected a `format` beside it, such as avro");
    }
    return new Encoding(registry, schema, message);
  }

  private @Nullable String registry(@Nullable Located url) {
    if (url == null) {
      return null;
    }
    try {
      URI uri = new URI(url.value());
      if (uri.getHost() != null
          && uri.getUserInfo() == null
          && List.of("http", "https").contains(uri.getScheme())) {
        return url.value();
      }
    } catch (URISyntaxException e) {
      // Said below, together with URLs that are no place of a registry.
    }
    problems.wrong(
        url, "expected an http or https URL without a password, such as http://registry:8081");
    return null;
  }

  private @Nullable SchemaFile schema(@Nullable Located name) {
    if (name == null) {
      return null;
    }
    byte[] content = files.get(name.value());
    if (content != null && content.length <= Attachments.MAX_BYTES) {
      return new SchemaFile(name.value(), content);
    }
    problems.wrong(
        name,
        content != null
            ? "which has %d bytes; expected at most %d"
                .formatted(content.length, Attachments.MAX_BYTES)
            : Attachments.isName(name.value())
                ? "but there is no such file; expected one in the folder of the config"
                : "expected the name of a file in the folder of the config, without '..'");
    return null;
  }

  /// What is behind the name of a stream of which only some subjects count; nothing for a topic of
  /// Kafka, which has no such key.
  private String subject(Section section) {
    Located subject = section.has("subject") ? section.text("subject") : null;
    if (subject == null) {
      return "";
    }
    if (!subject.value().matches(SUBJECT)) {
      problems.wrong(
          subject,
          "expected a subject of NATS such as orders.eu, orders.*.paid or orders.> : parts with dots"
              + " between them, of which * stands for one and > at the end for all that follow");
    }
    return "/" + subject.value();
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

  private @Nullable Envelope envelope(@Nullable Section section, String format) {
    if (section == null) {
      return null;
    }
    section.allowOnly(ConfigKeys.ENVELOPE);
    String type = type(section, format);
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

  private @Nullable String type(Section section, String format) {
    Located type = section.text("type");
    if (type == null) {
      return null;
    }
    if (type.value().equals(Envelope.SCHEMA)) {
      if (format.equals(JSON)) {
        problems.wrong(type, "but JSON has no schema that could name the type");
      }
      return Envelope.SCHEMA;
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
