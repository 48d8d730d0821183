package io.tyto.ingest.registry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What a registry says of a schema.
///
/// @param schemaType `AVRO` where it says nothing
record RegistryReply(String schema, String schemaType, List<Reference> references) {
  private static final JsonFactory JSON = new JsonFactory();

  /// What registries say with a 404: subject, version or schema not found.
  private static final Set<Integer> UNKNOWN = Set.of(40401, 40402, 40403);

  record Reference(String name, String subject, int version) {}

  /// Whether the body of a 404 is that of a registry which does not know what it was asked for.
  static boolean isUnknown(byte[] body) {
    try (JsonParser parser = JSON.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        if (parser.nextToken() == JsonToken.VALUE_NUMBER_INT && name.equals("error_code")) {
          return UNKNOWN.contains(parser.getIntValue());
        }
        parser.skipChildren();
      }
      return false;
    } catch (IOException e) {
      return false; // a page for people, such as a proxy's
    }
  }

  /// IOException where the reply is not what a registry says.
  static RegistryReply parse(byte[] body) throws IOException {
    String schema = "";
    String type = "AVRO";
    List<Reference> references = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the reply is no JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("schema") && value == JsonToken.VALUE_STRING) {
          schema = parser.getText();
        } else if (name.equals("schemaType") && value == JsonToken.VALUE_STRING) {
          type = parser.getText();
        } else if (name.equals("references") && value == JsonToken.START_ARRAY) {
          while (parser.nextToken() == JsonToken.START_OBJECT) {
            references.add(reference(parser));
          }
        } else {
          parser.skipChildren();
        }
      }
    }
    if (schema.isEmpty()) {
      throw new IOException("the reply has no schema");
    }
    return new RegistryReply(schema, type, references);
  }

  private static Reference reference(JsonParser parser) throws IOException {
    String name = "";
    String subject = "";
    int version = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      JsonToken value = parser.nextToken();
      if (key.equals("name")) {
        name = parser.getText();
      } else if (key.equals("subject")) {
        subject = parser.getText();
      } else if (key.equals("version") && value == JsonToken.VALUE_NUMBER_INT) {
        version = parser.getIntValue();
      } else {
        parser.skipChildren();
      }
    }
    return new Reference(name, subject, version);
  }
}
