package io.tyto.model.producer;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ApiNames;
import io.tyto.model.schema.TableSchema;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One version of a collection as a schema that producers write by.
///
/// @param id the same for ever: made of the collection's id, the version and the format
/// @param text depends on the version's config alone
public record ProducerSchema(int id, TableSchema collection, Format format, String text) {
  private static final int FORMAT_BITS = 2;
  private static final int VERSION_BITS = 13;
  private static final int COLLECTION_BITS = 16;
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

  /// The languages of schemas.
  public enum Format {
    AVRO("avro", 1),
    PROTOBUF("protobuf", 2),
    JSON("json-schema", 3);

    private final String word;
    private final int code;

    Format(String word, int code) {
      this.word = word;
      this.code = code;
    }

    /// As requests and commands call it.
    public String word() {
      return word;
    }

    /// BAD_USER_INPUT.
    public static Format named(String word) {
      for (Format format : values()) {
        if (format.word.equals(word)) {
          return format;
        }
      }
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "found the format '%s', expected one of %s".formatted(word, String.join(", ", words())));
    }

    private static List<String> words() {
      return Arrays.stream(values()).map(Format::word).toList();
    }
  }

  /// What an id stands for.
  public record Reference(int collectionId, int version, Format format) {
    /// Null where no schema has the id.
    public static @Nullable Reference of(int id) {
      int code = id & (1 << FORMAT_BITS) - 1;
      for (Format format : Format.values()) {
        if (id > 0 && format.code == code) {
          return new Reference(
              id >>> FORMAT_BITS + VERSION_BITS,
              id >>> FORMAT_BITS & (1 << VERSION_BITS) - 1,
              format);
        }
      }
      return null;
    }
  }

  /// BAD_USER_INPUT where the events of the collection cannot be said in the format.
  public static ProducerSchema of(TableSchema collection, Format format) {
    EventShape shape = EventShape.of(collection);
    if (!shape.isObject()) {
      throw cannot(collection, format, "its events have no members of their own");
    }
    if (format != Format.JSON) {
      for (String name : shape.names()) {
        if (!name.matches(NAME)) {
          throw cannot(
              collection,
              format,
              "'%s' is no name there; expected letters, digits and '_'".formatted(name));
        }
      }
    }
    String name = ApiNames.type(collection.config().apiName());
    String text =
        switch (format) {
          case AVRO -> new AvroText(name).of(shape);
          case PROTOBUF -> new ProtobufText().of(name, shape);
          case JSON -> JsonSchemaText.of(collection, shape);
        };
    return new ProducerSchema(id(collection, format), collection, format, text);
  }

  private static int id(TableSchema collection, Format format) {
    if (collection.collectionId() >= 1 << COLLECTION_BITS
        || collection.version() >= 1 << VERSION_BITS) {
      throw cannot(
          collection,
          format,
          "ids of schemas reach to version %d of collection %d"
              .formatted((1 << VERSION_BITS) - 1, (1 << COLLECTION_BITS) - 1));
    }
    return collection.collectionId() << FORMAT_BITS + VERSION_BITS
        | collection.version() << FORMAT_BITS
        | format.code;
  }

  private static TytoException cannot(TableSchema collection, Format format, String reason) {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "version %d of %s has no schema as %s: %s"
            .formatted(collection.version(), collection.name(), format.word(), reason));
  }

  /// A text as a JSON string.
  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
