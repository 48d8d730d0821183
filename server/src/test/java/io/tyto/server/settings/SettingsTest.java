package io.tyto.server.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
  void namesEveryFaultAtOnce() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("tyto.yaml"), "seal: {rows: many, agee: 5s}\nlisten: here\nstore: s3\n");
    TytoException fault =
        assertThrows(
            TytoException.class,
            () -> Settings.resolve(file, Map.of("TYTO_PARTITIONS", "0"), Map.of()));
    for (String part : new String[] {"seal.rows", "seal.agee", "listen", "store", "partitions"}) {
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
