package io.tyto.server.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Small JSON documents between a command and a server of the same version.
final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /// A value that may be missing, so that paths need no checks on the way.
  record Node(@Nullable Object value) {
    private static final Node MISSING = new Node(null);

    Node get(String name) {
      return value instanceof Map<?, ?> map && map.get(name) != null
          ? new Node(map.get(name))
          : MISSING;
    }

    List<Node> elements() {
      return value instanceof List<?> list ? list.stream().map(Node::new).toList() : List.of();
    }

    boolean isMissing() {
      return value == null;
    }

    String text() {
      return String.valueOf(value);
    }

    @Nullable String textOrNull() {
      return value == null ? null : value.toString();
    }

    double real() {
      return value instanceof Number number ? number.doubleValue() : 0;
    }

    Map<String, Node> entries() {
      Map<String, Node> entries = new LinkedHashMap<>();
      if (value instanceof Map<?, ?> map) {
        map.forEach((key, entry) -> entries.put(String.valueOf(key), new Node(entry)));
      }
      return entries;
    }

    boolean isTrue() {
      return Boolean.TRUE.equals(value);
    }

    long number() {
      return value instanceof Number number ? number.longValue() : 0;
    }
  }

  static Node parse(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      parser.nextToken();
      return new Node(read(parser));
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.INTERNAL, "the server's reply is not JSON: " + e.getMessage(), e);
    }
  }

  static String write(Object value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = FACTORY.createGenerator(text)) {
      write(generator, value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return text.toString();
  }

  private static @Nullable Object read(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_OBJECT) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        String name = parser.currentName();
        parser.nextToken();
        map.put(name, read(parser));
      }
      return map;
    }
    if (token == JsonToken.START_ARRAY) {
      List<@Nullable Object> list = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        list.add(read(parser));
      }
      return list;
    }
    if (token == null || token == JsonToken.VALUE_NULL) {
      return null;
    }
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return parser.getBooleanValue();
    }
    return token.isNumeric() ? parser.getNumberValue() : parser.getText();
  }

  private static void write(JsonGenerator generator, Object value) throws IOException {
    switch (value) {
      case Map<?, ?> map -> {
        generator.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          generator.writeFieldName(String.valueOf(entry.getKey()));
          write(generator, entry.getValue());
        }
        generator.writeEndObject();
      }
      case List<?> list -> {
        generator.writeStartArray();
        for (Object element : list) {
          write(generator, element);
        }
        generator.writeEndArray();
      }
      case Boolean flag -> generator.writeBoolean(flag);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      default -> generator.writeString(value.toString());
    }
  }
}
