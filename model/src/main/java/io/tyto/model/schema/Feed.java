package io.tyto.model.schema;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The log outside of this process that brings the events of a collection.
///
/// @param topic of Kafka, or stream of NATS; where only some of its subjects count, with `/` and
///   them behind its name
/// @param format how a record's bytes are read: `json`, or the name of another decoder
/// @param start where a log that was never read before is read from
/// @param envelope what stands around the event's own values; null: nothing does
/// @param encoding what a decoder needs beside the bytes
public record Feed(
    Kind kind,
    String topic,
    String format,
    Start start,
    Partitioner partitioner,
    @Nullable Envelope envelope,
    Encoding encoding) {

  /// Events that are the whole record, in a format that explains itself.
  public Feed(Kind kind, String topic, String format, Start start, Partitioner partitioner) {
    this(kind, topic, format, start, partitioner, null, Encoding.NONE);
  }

  public enum Kind {
    KAFKA,
    NATS
  }

  /// How the producers choose a record's partition by its key, which is the entity's key as text.
  public enum Partitioner {
    /// As Kafka's Java clients do.
    MURMUR2,
    /// As librdkafka does by default.
    CRC32,
    /// In no way that keeps an entity together.
    NONE
  }

  /// Where reading begins.
  public sealed interface Start {
    Start EARLIEST = new Earliest();
    Start LATEST = new Latest();

    record Earliest() implements Start {}

    record Latest() implements Start {}

    /// At the first record that the log took at a time or later.
    record At(Instant time) implements Start {}
  }

  /// What stands around the values of an event. Every pointer is a {@link JsonPointer} into the
  /// record as a whole.
  ///
  /// @param type where the type of the event stands: a pointer, {@link #HEADER} with the name of a
  ///   header, or {@link #SCHEMA}; null: every event of the topic is for the collection
  /// @param is the types that are for the collection
  /// @param sequence what columns may name as `envelope:sequence`
  /// @param published what columns may name as `envelope:published`
  /// @param content what columns are mapped from; null: the record as a whole
  public record Envelope(
      @Nullable String type,
      List<String> is,
      @Nullable String sequence,
      @Nullable String published,
      @Nullable String content) {
    /// Begins a type that stands in a header.
    public static final String HEADER = "header:";

    /// The type is the full name of the schema that the record was written with.
    public static final String SCHEMA = "schema";

    /// Begins the place of a column that does not lie in the content.
    public static final String PREFIX = "envelope:";

    public Envelope {
      is = List.copyOf(is);
    }

    /// The pointer to one of its parts (`type`, `sequence`, `published`), or null where it has
    /// none.
    public @Nullable String part(String name) {
      return switch (name) {
        case "type" -> type != null && type.startsWith("/") ? type : null;
        case "sequence" -> sequence;
        case "published" -> published;
        default -> null;
      };
    }
  }

  /// What a decoder needs to know of the bytes, as far as it does.
  ///
  /// @param registry URL of a schema registry, whose ids stand in the records
  /// @param schema the file that describes the records
  /// @param message which of the messages of that file the records are
  public record Encoding(
      @Nullable String registry, @Nullable SchemaFile schema, @Nullable String message) {
    public static final Encoding NONE = new Encoding(null, null, null);
  }

  /// A file that describes records; it is part of the config that names it.
  ///
  /// @param name as the config says it
  public record SchemaFile(String name, byte[] content) {
    @Override
    public boolean equals(Object other) {
      return other instanceof SchemaFile file
          && name.equals(file.name)
          && Arrays.equals(content, file.content);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, Arrays.hashCode(content));
    }

    @Override
    public String toString() {
      return name + " of " + content.length + " bytes";
    }
  }
}
