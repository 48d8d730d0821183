package io.tyto.ingest.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.expression.ExpressionParser;
import io.tyto.model.port.AdminService.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What the documentation shows loads, and what can be written is documented.
class ConfigDocumentationTest {
  private static final Path PAGE = Path.of("..", "docs", "config.md");

  @Test
  void everyExampleLoads() throws IOException {
    Matcher blocks =
        Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE));
    List<ConfigFile> files = new ArrayList<>();
    while (blocks.find()) {
      files.add(new ConfigFile("example" + files.size(), blocks.group(1)));
    }
    assertTrue(files.size() >= 3, "found only " + files.size());
    assertEquals(List.of(), ConfigParser.parse(files).problems());
  }

  @Test
  void everyFunctionAndKeyIsExplained() throws IOException {
    String page = Files.readString(PAGE);
    for (String function : ExpressionParser.functions()) {
      assertTrue(page.contains("`" + function + "("), function);
    }
    List<String> keys = new ArrayList<>(ConfigKeys.TOP);
    keys.addAll(ConfigKeys.FIELD);
    keys.addAll(ConfigKeys.FILE);
    keys.addAll(ConfigKeys.KAFKA);
    keys.addAll(ConfigKeys.NATS);
    keys.addAll(ConfigKeys.ENVELOPE);
    keys.addAll(ConfigKeys.PRIVACY);
    keys.addAll(ConfigKeys.MASK);
    keys.addAll(ConfigKeys.JOIN);
    keys.addAll(ConfigKeys.TABLE);
    keys.addAll(ConfigKeys.TABLE_SOURCE);
    keys.addAll(ConfigKeys.JDBC);
    keys.addAll(ConfigKeys.LIMITS);
    for (String key : keys) {
      assertTrue(
          Pattern.compile("[`. ]" + key + "\\b|^" + key + ":", Pattern.MULTILINE)
              .matcher(page)
              .find(),
          key);
    }
  }
}
