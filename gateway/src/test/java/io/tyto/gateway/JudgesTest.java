package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.HttpProfile;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Programs of other makers judge a running gateway: each `*.judge.mjs` in `src/test/judges` is
/// one.
///
/// A judge finds the gateway by the environment: `TYTO_URL`, `TYTO_2026_URL` (the same with the
/// profile of 2026), and `TYTO_CHROMIUM` where that browser is there. It ends with 0 where it is
/// content, with 77 where it cannot judge here (its last line says why), and with anything else
/// where it is not content. They run with `mvn verify -Pjudges`; with CI_JUDGES=required none may
/// be skipped.
@Tag("judges")
final class JudgesTest {
  private static final Path JUDGES = Path.of("src", "test", "judges");
  private static final int SKIPPED = 77;
  private static final int INSTALL_SECONDS = 300;
  private static final int JUDGE_SECONDS = 300;
  private static final List<Path> BROWSERS =
      List.of(Path.of("/usr/bin/chromium"), Path.of("/usr/bin/chromium-browser"));

  private static Gateway compatible;
  private static Gateway edition2026;

  private record Ended(int code, String output) {
    String lastLine() {
      return output.lines().reduce("", (_, line) -> line);
    }
  }

  @BeforeAll
  static void start() {
    compatible = start(HttpProfile.COMPATIBLE);
    edition2026 = start(HttpProfile.EDITION_2026);
  }

  private static Gateway start(HttpProfile profile) {
    FakePorts ports = new FakePorts();
    ports.snapshot = "s1";
    FakeLive live = new FakeLive();
    live.updates = 3;
    return Gateway.start(
        GatewayOptions.defaults().withHttp(HttpOptions.DEFAULT.withProfile(profile)),
        ports,
        DeadLetterService.NONE,
        EntityService.NONE,
        live,
        ports,
        ports,
        Guards.open(Clock.systemUTC()),
        Clock.systemUTC());
  }

  @AfterAll
  static void stop() {
    compatible.close();
    edition2026.close();
  }

  @TestFactory
  Stream<DynamicTest> judges() throws IOException {
    try (Stream<Path> files = Files.list(JUDGES)) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".judge.mjs"))
              .sorted()
              .toList();
      assertTrue(names.size() >= 2, () -> "judges are missing: " + names);
      return names.stream().map(name -> DynamicTest.dynamicTest(name, () -> judge(name)));
    }
  }

  private static void judge(String name) throws Exception {
    install(name);
    Ended ended = run(List.of("node", name), JUDGE_SECONDS);
    System.out.println(name + ":\n" + ended.output().indent(2));
    if (ended.code() == SKIPPED) {
      skip(name, ended.lastLine());
    }
    assertEquals(0, ended.code(), () -> name + " is not content:\n" + ended.output());
  }

  private static void install(String name) throws Exception {
    try {
      if (run(List.of("node", "--version"), INSTALL_SECONDS).code() != 0) {
        skip(name, "node does not run");
      }
      if (!Files.exists(JUDGES.resolve("node_modules/.package-lock.json"))) {
        Ended installed = run(List.of("npm", "ci", "--no-audit", "--no-fund"), INSTALL_SECONDS);
        if (installed.code() != 0) {
          skip(name, "npm ci failed: " + installed.output());
        }
      }
    } catch (IOException e) {
      skip(name, "node and npm are needed: " + e.getMessage());
    }
  }

  private static void skip(String name, String why) {
    String told = "skipped judge " + name + ": " + why;
    System.out.println(told);
    if ("required".equals(System.getenv("CI_JUDGES"))) {
      fail(told);
    }
    abort(told);
  }

  private static Ended run(List<String> command, int seconds) throws Exception {
    Path output = Files.createTempFile("judge", ".log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(JUDGES.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().put("TYTO_URL", "http://127.0.0.1:" + compatible.port());
      builder.environment().put("TYTO_2026_URL", "http://127.0.0.1:" + edition2026.port());
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
        process.destroyForcibly();
      }
    } finally {
      Files.deleteIfExists(output);
    }
  }
}
