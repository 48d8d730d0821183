package io.tyto.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Every test that docs/security.md names is there, by class and by method.
final class SecurityDocumentTest {
  private static final Path ROOT = Path.of("..");

  /// `Class`, `Class.method`, or `.method` of the class named before it.
  private static final Pattern NAME = Pattern.compile("`(\\w*Test)?(?:\\.([a-z]\\w+))?`");

  private static Map<String, String> tests() throws IOException {
    Map<String, String> sources = new HashMap<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path module : modules.toList()) {
        Path folder = module.resolve("src/test/java");
        if (Files.isDirectory(folder)) {
          add(folder, sources);
        }
      }
    }
    return sources;
  }

  private static void add(Path folder, Map<String, String> sources) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith("Test.java")).toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        sources.merge(name, Files.readString(file), String::concat);
      }
    }
  }

  @Test
  void everyTestItNamesIsThere() throws IOException {
    Map<String, String> tests = tests();
    List<String> missing = new ArrayList<>();
    int named = 0;
    String last = "";
    Matcher names = NAME.matcher(Files.readString(ROOT.resolve("docs/security.md")));
    while (names.find()) {
      if (names.group(1) != null) {
        last = names.group(1);
      } else if (names.group(2) == null || last.isEmpty()) {
        continue;
      }
      named++;
      String source = tests.getOrDefault(last, "");
      String method = names.group(2);
      if (source.isEmpty() || method != null && !source.contains(" " + method + "(")) {
        missing.add(last + (method == null ? "" : "." + method));
      }
    }
    assertEquals(List.of(), missing);
    assertTrue(named > 50, named + " tests are named");
  }
}
