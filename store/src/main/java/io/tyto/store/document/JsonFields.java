package io.tyto.store.document;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The members of a JSON object, read by name; members nobody asks for are ignored.
///
/// Every accessor answers a missing or mistyped member with MANIFEST_CORRUPT, naming document and
/// member. Numbers are 64-bit integers. Immutable.
public final class JsonFields {
  private final String where;
  private final Map<String, @Nullable Object> members;

  private JsonFields(String where, Map<String, @Nullable Object> members) {
    this.where = where;
    this.members = members;
  }

  static JsonFields parse(String key, byte[] document) {
    try (JsonParser parser = SealedJson.FACTORY.createParser(document)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw corrupt(key, "a JSON object", String.valueOf(parser.currentToken()));
      }
      return object(key, parser);
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.MANIFEST_CORRUPT, "%s is not JSON: %s".formatted(key, e.getMessage()), e);
    }
  }

  private static JsonFields object(String where, JsonParser parser) throws IOException {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
      parser.nextToken();
      members.put(name, value(where + "/" + name, parser));
    }
    return new JsonFields(where, members);
  }

  private static @Nullable Object value(String where, JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    return switch (token) {
      case START_OBJECT -> object(where, parser);
      case START_ARRAY -> {
        List<@Nullable Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(value(where + "/" + elements.size(), parser));
        }
        yield elements;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      // Nothing of ours has a fraction; an unknown member of a newer version may.
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
          throw corrupt(where, "a JSON value", token.name());
    };
  }

  /// Refuses a document of another format, or one that needs a feature this program does not know.
  public JsonFields requireReadable(long format, Set<String> knownFeatures) {
    Set<String> unknown = new TreeSet<>(strings("requires"));
    unknown.removeAll(knownFeatures);
    if (number("format") != format || !unknown.isEmpty()) {
      throw new TytoException(
          ErrorCode.STORE_UNSUITABLE,
          "%s was written by a newer Tyto (format %d, needs %s); this one reads format %d with %s. Start the newer version."
              .formatted(where, number("format"), unknown, format, new TreeSet<>(knownFeatures)));
    }
    return this;
  }

  public boolean has(String name) {
    return members.get(name) != null;
  }

  public String string(String name) {
    return typed(name, String.class, "a string");
  }

  public @Nullable String stringOrNull(String name) {
    return has(name) ? string(name) : null;
  }

  /// False where the member is absent: what most do not have is left out.
  public boolean flag(String name) {
    return has(name) && typed(name, Boolean.class, "true or false");
  }

  public long number(String name) {
    return typed(name, Long.class, "an integer");
  }

  public int integer(String name) {
    long value = number(name);
    if (value != (int) value) {
      throw corrupt(where + "/" + name, "a 32-bit integer", Long.toString(value));
    }
    return (int) value;
  }

  public <E extends Enum<E>> E constant(String name, Class<E> type) {
    String text = string(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(text)) {
        return constant;
      }
    }
    throw corrupt(
        where + "/" + name, "one of " + List.of(type.getEnumConstants()), "'" + text + "'");
  }

  public JsonFields object(String name) {
    return typed(name, JsonFields.class, "an object");
  }

  public List<JsonFields> objects(String name) {
    return elements(name, JsonFields.class, "objects");
  }

  public List<String> strings(String name) {
    return elements(name, String.class, "strings");
  }

  public List<Long> numbers(String name) {
    return elements(name, Long.class, "integers");
  }

  /// Names of the members, in the order of the document.
  public List<String> names() {
    return List.copyOf(members.keySet());
  }

  private <T> List<T> elements(String name, Class<T> type, String what) {
    List<T> elements = new ArrayList<>();
    for (Object element : typed(name, List.class, "a list of " + what)) {
      if (!type.isInstance(element)) {
        throw corrupt(where + "/" + name, "a list of " + what, String.valueOf(element));
      }
      elements.add(type.cast(element));
    }
    return elements;
  }

  private <T> T typed(String name, Class<T> type, String what) {
    Object value = members.get(name);
    if (!type.isInstance(value)) {
      throw corrupt(where + "/" + name, what, members.containsKey(name) ? value + "" : "nothing");
    }
    return type.cast(value);
  }

  /// The error of a damaged document.
  public static TytoException corrupt(String where, String expected, String actual) {
    return new TytoException(
        ErrorCode.MANIFEST_CORRUPT,
        "%s is damaged: expected %s, found %s. Run `tyto verify` for the whole extent, then restore the file from a backup."
            .formatted(where, expected, actual));
  }
}
