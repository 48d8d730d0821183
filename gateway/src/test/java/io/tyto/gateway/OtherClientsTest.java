package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tyto.gateway.FakeLive.Followed;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// The clients that front ends use, graphql-ws and graphql-sse, against our transports. Skipped
/// where they are not installed: `npm ci` in `gateway/src/test/js`.
final class OtherClientsTest {
  private static final Path SCRIPTS = Path.of("src", "test", "js");
  private static final int SECONDS = 60;

  @Test
  void theyUnderstandSubscriptionsQueriesAndRefusals() throws Exception {
    assumeTrue(
        Files.isDirectory(SCRIPTS.resolve("node_modules")),
        "graphql-ws and graphql-sse are not installed: run npm ci in gateway/src/test/js");
    FakePorts ports = new FakePorts();
    FakeLive live = new FakeLive();
    try (Gateway gateway =
        Gateway.start(
            GatewayOptions.defaults(),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            live,
            ports,
            ports,
            Guards.open(Clock.systemUTC()),
            Clock.systemUTC())) {
      Process node =
          new ProcessBuilder("node", "live.mjs", Integer.toString(gateway.port()))
              .directory(SCRIPTS.toFile())
              .redirectErrorStream(true)
              .start();
      try {
        for (int client = 0; client < 2; client++) {
          Followed followed = live.next();
          followed.tell();
          followed.tell();
          followed.end();
        }
        assertEquals(
            List.of(
                "graphql-ws update 1",
                "graphql-ws update 2",
                "graphql-ws completed true",
                "graphql-ws query \"DE\"",
                "graphql-ws refused \"GRAPHQL_VALIDATION_FAILED\"",
                "graphql-sse update 1",
                "graphql-sse update 2",
                "graphql-sse completed true",
                "graphql-sse query \"DE\"",
                "graphql-sse refused \"GRAPHQL_VALIDATION_FAILED\""),
            lines(node));
        assertTrue(node.waitFor(SECONDS, TimeUnit.SECONDS));
      } finally {
        node.destroyForcibly();
      }
    }
  }

  private static List<String> lines(Process node) throws IOException {
    return new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .lines()
        .toList();
  }
}
