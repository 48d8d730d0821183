package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import io.tyto.model.schema.ColumnType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The published schema completes the keys that the parser takes, no more and no fewer.
class ConfigSchemaTest {
  private static final Path SCHEMA = Path.of("..", "docs", "config.schema.json");
  private static final Path TABLES = Path.of("..", "docs", "table.schema.json");
  private static final Path ACCESS = Path.of("..", "docs", "access.schema.json");

  /// Keys of every object under `properties`, by the pointer of that object.
  private static Map<String, Set<String>> keysByPlace(Path schema) throws IOException {
    Map<String, Set<String>> keys = new HashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(schema.toFile())) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() == JsonToken.FIELD_NAME) {
          JsonPointer parent = parser.getParsingContext().pathAsPointer().head();
          keys.computeIfAbsent(String.valueOf(parent), _ -> new TreeSet<>())
              .add(parser.currentName());
        }
      }
    }
    return keys;
  }

  @Test
  void keysAreThoseOfTheParser() throws IOException {
    Map<String, List<String>> expected =
        Map.ofEntries(
            Map.entry("/properties", ConfigKeys.TOP),
            Map.entry("/properties/entity/properties", ConfigKeys.ENTITY),
            Map.entry("/properties/timeBounds/properties", ConfigKeys.TIME_BOUNDS),
            Map.entry("/properties/source/properties", ConfigKeys.SOURCE),
            Map.entry("/properties/source/properties/file/properties", ConfigKeys.FILE),
            Map.entry("/properties/retention/properties", ConfigKeys.RETENTION),
            Map.entry("/properties/expose/properties", ConfigKeys.EXPOSE),
            Map.entry("/properties/access/properties", ConfigKeys.ACCESS),
            Map.entry("/properties/cubes/additionalProperties/properties", ConfigKeys.CUBE),
            Map.entry("/properties/anomalies/additionalProperties/properties", ConfigKeys.ANOMALY),
            Map.entry("/properties/views/additionalProperties/properties", ConfigKeys.VIEW),
            Map.entry("/properties/join/items/properties", ConfigKeys.JOIN),
            Map.entry("/$defs/field/properties", ConfigKeys.FIELD),
            Map.entry("/$defs/field/properties/discover/properties", ConfigKeys.DISCOVER),
            Map.entry("/properties/source/properties/kafka/properties", ConfigKeys.KAFKA),
            Map.entry("/properties/source/properties/nats/properties", ConfigKeys.NATS),
            Map.entry("/$defs/envelope/properties", ConfigKeys.ENVELOPE),
            Map.entry("/$defs/field/properties/privacy/properties", ConfigKeys.PRIVACY),
            Map.entry(
                "/$defs/field/properties/privacy/properties/mask/properties", ConfigKeys.MASK));
    assertKeys(keysByPlace(SCHEMA), expected);
  }

  @Test
  void keysOfTablesAreThoseOfTheParser() throws IOException {
    String source = "/properties/source/properties";
    assertKeys(
        keysByPlace(TABLES),
        Map.of(
            "/properties",
            ConfigKeys.TABLE,
            source,
            ConfigKeys.TABLE_SOURCE,
            source + "/jdbc/properties",
            ConfigKeys.JDBC,
            // A key of that name.
            source + "/jdbc/properties/properties",
            List.of("description", "type", "additionalProperties"),
            source + "/kafka/properties",
            ConfigKeys.TABLE_KAFKA,
            "/properties/limits/properties",
            ConfigKeys.LIMITS));
  }

  @Test
  void keysOfTheAccessFileAreThoseOfTheParser() throws IOException {
    String issuer = "/properties/issuers/items/properties";
    assertKeys(
        keysByPlace(ACCESS),
        Map.of(
            "/properties",
            ConfigKeys.ACCESS_FILE,
            "/properties/roles/additionalProperties/properties",
            ConfigKeys.ACCESS_ROLE,
            "/properties/limits/additionalProperties/properties",
            ConfigKeys.ACCESS_LIMITS,
            "/properties/projects/additionalProperties/properties",
            ConfigKeys.ACCESS_PROJECT,
            issuer,
            ConfigKeys.ACCESS_ISSUER,
            issuer + "/project/properties",
            ConfigKeys.ACCESS_CLAIM,
            issuer + "/roles/properties",
            ConfigKeys.ACCESS_ROLES));
  }

  private static void assertKeys(
      Map<String, Set<String>> keys, Map<String, List<String>> expected) {
    expected.forEach((place, known) -> assertEquals(new TreeSet<>(known), keys.get(place), place));
    List<String> places =
        new ArrayList<>(keys.keySet().stream().filter(key -> key.endsWith("/properties")).toList());
    places.removeAll(expected.keySet());
    assertEquals(List.of(), places);
  }

  @Test
  void typesAreThoseOfTheParser() throws IOException {
    String text = Files.readString(SCHEMA);
    int at = text.indexOf("\"pattern\"", text.indexOf("\"type\": {\n      \"type\": \"string\""));
    String pattern = text.substring(text.indexOf('^', at), text.indexOf("\",\n", at));
    Pattern types = Pattern.compile(pattern.replace("\\\\", "\\"));
    for (String type :
        List.of(
            "string",
            "bool",
            "int",
            "long",
            "double",
            "decimal(18,2)",
            "timestamp",
            "timestamp(ns)",
            "date",
            "uuid",
            "ip",
            "json",
            "string[]",
            "decimal(38,10)[]")) {
      assertTrue(types.matcher(type).matches(), type);
      assertEquals(type, ColumnType.parse(type).toString());
    }
    assertTrue(!types.matcher("json[]").matches());
  }
}
