package io.tyto.engine.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// Finds the value at a JSON Pointer by one pass over the text. Thread-safe.
final class JsonPathReader {
  private static final JsonFactory JSON = new JsonFactory();

  private final String[] steps;

  JsonPathReader(String pointer) {
    if (!pointer.isEmpty() && pointer.charAt(0) != '/') {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the path '" + pointer + "' is no JSON Pointer: it is empty or begins with /");
    }
    String[] parts = pointer.split("/", -1);
    steps = new String[parts.length - 1];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = parts[i + 1].replace("~1", "/").replace("~0", "~");
    }
  }

  /// Text of a string, number or bool; null for null, absent, objects and arrays.
  @Nullable String string(byte[] data, int from, int to) {
    try (JsonParser parser = JSON.createParser(data, from, to - from)) {
      JsonToken token = seek(parser);
      return token != null && token.isScalarValue() && token != JsonToken.VALUE_NULL
          ? parser.getText()
          : null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A number, NaN for anything else.
  double number(byte[] data, int from, int to) {
    try (JsonParser parser = JSON.createParser(data, from, to - from)) {
      JsonToken token = seek(parser);
      return token != null && token.isNumeric() ? parser.getDoubleValue() : Double.NaN;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Something stands there, be it a JSON null: who asks for more than null asks `string` or
  /// `number`.
  boolean exists(byte[] data, int from, int to) {
    try (JsonParser parser = JSON.createParser(data, from, to - from)) {
      return seek(parser) != null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable JsonToken seek(JsonParser parser) throws IOException {
    JsonToken token = parser.nextToken();
    for (String step : steps) {
      boolean found =
          switch (token) {
            case START_OBJECT -> seekField(parser, step);
            case START_ARRAY -> seekElement(parser, step);
            case null, default -> false;
          };
      if (!found) {
        return null;
      }
      token = parser.currentToken();
    }
    return token;
  }

  private static boolean seekField(JsonParser parser, String name) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = parser.currentName().equals(name);
      parser.nextToken();
      if (found) {
        return true;
      }
      parser.skipChildren();
    }
    return false;
  }

  private static boolean seekElement(JsonParser parser, String step) throws IOException {
    if (step.isEmpty() || step.length() > 9 || !step.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return false;
    }
    int left = Integer.parseInt(step);
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (left-- == 0) {
        return true;
      }
      parser.skipChildren();
    }
    return false;
  }
}
