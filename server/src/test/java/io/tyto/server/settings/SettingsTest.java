package io.tyto.server.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.ingest.enrich.StepSettings;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsTest {
  @TempDir Path folder;

  @Test
  void aFlagStandsAboveTheEnvironmentAboveTheFileAboveTheDefault() throws IOException {
    Path file =
        Files.writeString(folder.resolve("tyto.yaml"), "seal: {rows: 1, age: 5s}\nlisten: a:1\n");
    Settings settings =
        Settings.resolve(
            file,
            Map.of("TYTO_SEAL_ROWS", "2", "TYTO_SEAL_SMALL_AGE", "7m"),
            Map.of(Setting.SEAL_ROWS, "3"));
    assertEquals(3, settings.number(Setting.SEAL_ROWS));
    assertEquals("flag --seal-rows", settings.value(Setting.SEAL_ROWS).origin());
    assertEquals(Duration.ofMinutes(7), settings.duration(Setting.SEAL_SMALL_AGE));
    assertEquals(Duration.ofSeconds(5), settings.duration(Setting.SEAL_AGE));
    assertTrue(settings.value(Setting.SEAL_AGE).origin().startsWith("file "));
    assertEquals(64L << 20, settings.number(Setting.SEAL_BYTES));
    assertEquals("default", settings.value(Setting.SEAL_BYTES).origin());
  }

  @Test
  void thePipelineIsAListOfEnrichersWithTheirSettings() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tyto.yaml"),
            """
            listen: a:1
            pipeline:
              - url: { field: page, query: [a, b] }
              - plain
              - geoip:
                  field: ip
                  cache: 7
            """);
    Settings settings = Settings.resolve(file, Map.of(), Map.of());
    assertEquals(
        List.of(
            new StepSettings(
                "url", Map.of("field", "page", "query", List.of("a", "b")), file + ":3"),
            new StepSettings("plain", Map.of(), file + ":4"),
            new StepSettings("geoip", Map.of("field", "ip", "cache", "7"), file + ":5")),
        settings.pipeline());
    assertEquals(
        "[{url: {field: page, query: [a, b]}}, plain, {geoip: {field: ip, cache: 7}}]",
        settings.text(Setting.PIPELINE));
    Settings flagged =
        Settings.resolve(file, Map.of(), Map.of(Setting.PIPELINE, "[{url: {field: x}}]"));
    assertEquals(
        List.of(new StepSettings("url", Map.of("field", "x"), "flag --pipeline")),
        flagged.pipeline());
    assertEquals(
        List.of(), Settings.resolve(file, Map.of("TYTO_PIPELINE", ""), Map.of()).pipeline());
  }

  @Test
  void whatIsNoPipelineIsToldWithItsLine() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tyto.yaml"),
            """
            pipeline:
              - [url]
              - url: page
              - url: { field: { x: y } }
              - { url: {}, geoip: {} }
            """);
    TytoException fault =
        assertThrows(TytoException.class, () -> Settings.resolve(file, Map.of(), Map.of()));
    assertEquals(
        """
        %1$s:2: pipeline: expected a list of enrichers with their settings, such as `[{url: {field: page}}]`
        %1$s:3: pipeline: expected the settings of url in braces: `{url: {field: page}}`
        %1$s:4: pipeline: expected the settings of url as single values or lists of them
        %1$s:5: pipeline: expected a list of enrichers with their settings, such as `[{url: {field: page}}]`\
        """
            .formatted(file),
        fault.getMessage());
    for (String text : new String[] {"url", "{url: {}}", "[{url: {field: page}"}) {
      Map<Setting, String> flags = Map.of(Setting.PIPELINE, text);
      assertThrows(TytoException.class, () -> Settings.resolve(null, Map.of(), flags), text);
    }
  }

  @Test
  void namesEveryFaultAtOnce() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tyto.yaml"),
            """
            seal: {rows: many, agee: 5s}
            listen: here
            store: s3
            deadLetters: {alarmRatio: 5, pause: maybe}
            """);
    TytoException fault =
        assertThrows(
            TytoException.class,
            () -> Settings.resolve(file, Map.of("TYTO_PARTITIONS", "0"), Map.of()));
    for (String part :
        new String[] {
          "seal.rows",
          "seal.agee",
          "listen",
          "store",
          "partitions",
          "deadLetters.alarmRatio",
          "deadLetters.pause"
        }) {
      assertTrue(fault.getMessage().contains("`" + part + "`"), fault.getMessage());
    }
  }

  @Test
  void theTableInTheDocumentationIsWhole() throws IOException {
    Path docs = Path.of("..", "docs", "operations.md");
    String text = Files.readString(docs);
    for (Setting setting : Setting.values()) {
      String row =
          "| `%s` | `%s` | `%s` | %s | %s |"
              .formatted(
                  setting.key(),
                  setting.environmentVariable(),
                  setting.flag(),
                  setting.defaultValue().isEmpty() ? "" : "`" + setting.defaultValue() + "`",
                  setting.description());
      assertTrue(text.contains(row), "docs/operations.md lacks this row:\n" + row);
    }
  }
}
