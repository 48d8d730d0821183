package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.RawHttp2.Frame;
import io.tyto.gateway.http.ConnectionLimits;
import io.tyto.gateway.http.HttpOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Answers that an HTTP/2 client asks for and does not take: its flow control holds them.
final class StalledStreamsTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final String BIG = "/graphiql/graphiql.js";

  @TempDir private Path folder;
  private Gateway gateway;

  @BeforeEach
  void start() throws Exception {
    TestTls tls = new TestTls(folder);
    tls.write(tls.certificate("EC"));
    FakePorts ports = new FakePorts();
    gateway =
        Gateway.start(
            GatewayOptions.defaults()
                .withHttp(
                    HttpOptions.DEFAULT
                        .withTls(tls.files())
                        .withConnections(new ConnectionLimits(LONG, Duration.ofMillis(300), 100))),
            ports,
            ports,
            ports,
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private RawHttp2 connect(int window) throws Exception {
    return new RawHttp2(TestTls.connect(gateway.port(), "TLSv1.3", "h2"), window);
  }

  @Test
  void whoNeverOpensItsWindowIsHungUpOn() throws Exception {
    try (RawHttp2 client = connect(0)) {
      client.get(1, BIG).flush();
      int bytes = 0;
      for (Frame frame = client.read(); frame != null; frame = client.read()) {
        bytes += frame.type() == RawHttp2.DATA ? frame.payload().remaining() : 0;
      }
      assertEquals(0, bytes, "taken of an answer that has found no window");
    }
  }

  @Test
  void whoOpensTheWindowOfTheConnectionAloneIsHungUpOnToo() throws Exception {
    try (RawHttp2 client = connect(0)) {
      client.get(1, BIG).flush();
      Frame last = client.read();
      assertNotNull(last, "the settings, after which reading writes nothing");
      Thread opening =
          Thread.startVirtualThread(() -> {
            try {
              while (true) {
                Thread.sleep(20);
                client.open(0, 1).flush();
              }
            } catch (IOException | InterruptedException e) {
              // The connection is closed, or the test is over.
            }
          });
      while (last != null) {
        last = client.read();
      }
      opening.interrupt();
      opening.join();
    }
  }

  @Test
  void aStreamThatStandsStillIsResetAndTheOthersGoOn() throws Exception {
    try (RawHttp2 client = connect(0)) {
      client.get(1, BIG).get(3, BIG).open(3, 1).flush();
      boolean isReset = false;
      int taken = 0;
      while (!isReset) {
        Frame frame = client.read();
        assertNotNull(frame, "the connection is of use to somebody");
        if (frame.type() == RawHttp2.RESET) {
          assertEquals(1, frame.stream());
          isReset = true;
        } else if (frame.type() == RawHttp2.DATA) {
          assertEquals(3, frame.stream());
          taken += frame.payload().remaining();
          Thread.sleep(10);
          client.open(3, 1).flush(); // slowly, but it takes
        }
      }
      client.open(3, 1 << 30).open(0, 1 << 30).flush();
      boolean isWhole = false;
      while (!isWhole) {
        Frame frame = client.read();
        assertNotNull(frame);
        isWhole = frame.stream() == 3 && (frame.flags() & RawHttp2.END_STREAM) != 0;
        taken += frame.type() == RawHttp2.DATA ? frame.payload().remaining() : 0;
      }
      assertTrue(taken > 100_000, () -> "the other one was taken whole");
    }
  }
}
