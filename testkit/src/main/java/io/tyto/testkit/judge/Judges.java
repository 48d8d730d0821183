package io.tyto.testkit.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;

/// Runs programs of other makers against what a test serves: each `*.judge.mjs` of a folder is a
/// judge, and its first line, a comment, says what it judges.
///
/// A judge ends with 0 where it is content, with 77 where it cannot judge here (its last line says
/// why), and with anything else where it is not content. It finds a browser by `TYTO_CHROMIUM`,
/// where there is one, and the rest by variables that the test gives. With CI_JUDGES=required none
/// may be skipped. Tests run in the folder of their module.
public final class Judges {
  private static final Path PACKAGES = Path.of("..", "gateway", "src", "test", "judges");
  private static final String SUFFIX = ".judge.mjs";
  private static final int SKIPPED = 77;
  private static final int INSTALL_SECONDS = 300;
  private static final int JUDGE_SECONDS = 300;
  private static final List<Path> BROWSERS =
      List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"));

  /// @param code of the process, -1 where it did not end in time
  /// @param output of both streams
  public record Ended(int code, String output) {
    public String lastLine() {
      return output.lines().reduce("", (_, line) -> line);
    }
  }

  private Judges() {}

  /// A test for each judge.
  ///
  /// @param folder below that of the packages; empty: that one itself
  /// @param least how many there must be
  /// @param environment what they find the server by
  public static Stream<DynamicTest> in(String folder, int least, Map<String, String> environment)
      throws IOException {
    Path judges = PACKAGES.resolve(folder);
    try (Stream<Path> files = Files.list(judges)) {
      List<Path> found = files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
      assertTrue(found.size() >= least, () -> "judges are missing: " + found);
      return found.stream()
          .map(file -> DynamicTest.dynamicTest(name(file), () -> judge(file, environment)));
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString().replace(SUFFIX, "");
  }

  private static void judge(Path file, Map<String, String> environment) throws Exception {
    String what = what(file);
    String missing = install();
    if (missing != null) {
      skip(file, what, missing);
    }
    Ended ended =
        run(
            List.of("node", file.toAbsolutePath().toString()),
            PACKAGES,
            environment,
            JUDGE_SECONDS);
    System.out.println(ended.output().indent(2).stripTrailing());
    if (ended.code() == SKIPPED) {
      skip(file, what, ended.lastLine());
    }
    tell(file, what, ended.code() == 0 ? "ok" : "NOT CONTENT");
    assertEquals(0, ended.code(), () -> name(file) + " is not content:\n" + ended.output());
  }

  /// What the first line of a judge says.
  private static String what(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      String first = lines.findFirst().orElse("");
      assertTrue(first.startsWith("// "), () -> file + ": the first line says what it judges");
      return first.substring("// ".length());
    }
  }

  private static void tell(Path file, String what, String verdict) {
    System.out.println("judge %s: %s: %s".formatted(name(file), verdict, what));
  }

  private static void skip(Path file, String what, String why) {
    tell(file, what, "skipped, " + why);
    if ("required".equals(System.getenv("CI_JUDGES"))) {
      Assertions.fail("skipped judge " + name(file) + ": " + why);
    }
    Assumptions.abort("skipped judge " + name(file) + ": " + why);
  }

  /// Installs what the lock file names, once.
  ///
  /// @return why that cannot be, or null
  public static @Nullable String install() throws Exception {
    try {
      if (run(List.of("node", "--version"), PACKAGES, Map.of(), INSTALL_SECONDS).code() != 0) {
        return "node does not run";
      }
      Path installed = PACKAGES.resolve("node_modules/.package-lock.json");
      Path locked = PACKAGES.resolve("package-lock.json");
      if (!Files.exists(installed)
          || Files.getLastModifiedTime(installed).compareTo(Files.getLastModifiedTime(locked))
              < 0) {
        Ended ended =
            run(
                List.of("npm", "ci", "--no-audit", "--no-fund"),
                PACKAGES,
                Map.of(),
                INSTALL_SECONDS);
        if (ended.code() != 0) {
          return "npm ci failed: " + ended.lastLine();
        }
      }
      return null;
    } catch (IOException e) {
      return "node and npm are needed: " + e.getMessage();
    }
  }

  /// The folder in which a script finds what the lock file names.
  public static Path packages() {
    return PACKAGES;
  }

  /// Runs a program to its end, or ends it.
  ///
  /// @param environment added to that of this process
  public static Ended run(
      List<String> command, Path folder, Map<String, String> environment, int seconds)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("judge", ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      BROWSERS.stream()
          .filter(Files::isExecutable)
          .findFirst()
          .ifPresent(path -> builder.environment().put("TYTO_CHROMIUM", path.toString()));
      Process process = builder.start();
      try {
        boolean isEnded = process.waitFor(seconds, TimeUnit.SECONDS);
        String text = Files.readString(output, StandardCharsets.UTF_8);
        return new Ended(
            isEnded ? process.exitValue() : -1,
            isEnded ? text : text + "\nnot ended after " + seconds + " s");
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
