package io.tyto.server;

import io.tyto.testkit.judge.Judges;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Programs of other makers judge a whole server with data: each `*.judge.mjs` in
/// `gateway/src/test/judges/server` is one, and finds it by `TYTO_URL`. They run with `mvn verify
/// -Pjudges`.
@Tag("judges")
final class ServerJudgesTest {
  @TempDir static Path folder;
  private static TytoServer server;

  @BeforeAll
  static void start() {
    server = SampleServer.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @TestFactory
  Stream<DynamicTest> judges() throws IOException {
    return Judges.in("server", 1, Map.of("TYTO_URL", server.address()));
  }
}
