package io.tyto.gateway;

import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.HttpProfile;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.testkit.judge.Judges;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Programs of other makers judge how the gateway speaks: each `*.judge.mjs` in `src/test/judges`
/// is one; those below `server` are run against a whole server. They find it by `TYTO_URL`, and by
/// `TYTO_2026_URL` the same with the profile of 2026. They run with `mvn verify -Pjudges`.
@Tag("judges")
final class JudgesTest {
  private static Gateway compatible;
  private static Gateway edition2026;

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
    return Judges.in(
        "",
        2,
        Map.of(
            "TYTO_URL", "http://127.0.0.1:" + compatible.port(),
            "TYTO_2026_URL", "http://127.0.0.1:" + edition2026.port()));
  }
}
