package io.tyto.server;

import io.tyto.testkit.judge.Judges;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Programs of other makers judge a whole server with data: each `*.judge.mjs` in
/// `gateway/src/test/judges/server` is one, and finds it by `TYTO_URL`; the same one that asks for
/// keys is at `TYTO_KEYS_URL`, its door for operators at `TYTO_ADMIN_URL`, and takes `TYTO_KEY`.
/// They run with `mvn verify -Pjudges`.
@Tag("judges")
final class ServerJudgesTest {
  @TempDir static Path folder;
  private static TytoServer server;
  private static TytoServer guarded;

  @BeforeAll
  static void start() {
    server = SampleServer.start(folder.resolve("open"), "open");
    guarded = SampleServer.start(folder.resolve("keys"), "keys");
  }

  @AfterAll
  static void stop() {
    guarded.close();
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> judges() throws IOException {
    return Judges.in(
        "server",
        7,
        Map.of(
            "TYTO_URL", server.address(),
            "TYTO_KEYS_URL", guarded.address(),
            "TYTO_ADMIN_URL", guarded.commandAddress(),
            "TYTO_KEY", Objects.requireNonNull(guarded.firstKey()).text().text()));
  }
}
