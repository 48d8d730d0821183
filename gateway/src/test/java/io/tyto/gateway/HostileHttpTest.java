package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.http.ConnectionLimits;
import io.tyto.gateway.http.HttpOptions;
import java.io.IOException;
import java.net.SocketException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What comes over a socket from who means harm: slow, endless, ambiguous, and too much at once.
final class HostileHttpTest {
  private static final Duration SOON = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final String GET = "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
  private static final String POST =
      "POST /v1/collections/play/events HTTP/1.1\r\nHost: 127.0.0.1\r\n";

  private final FakePorts ports = new FakePorts();
  private Gateway gateway;

  private void start(HttpOptions http) {
    gateway =
        Gateway.start(
            GatewayOptions.defaults().withHttp(http), ports, ports, ports, Clock.systemUTC());
  }

  private static HttpOptions patient() {
    return HttpOptions.DEFAULT
        .withBodies(LONG, LONG)
        .withConnections(new ConnectionLimits(LONG, LONG, 100));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void aHeadThatNeverEndsIsHungUpOn() throws Exception {
    start(patient().withConnections(new ConnectionLimits(SOON, LONG, 100)));
    try (RawHttp silent = RawHttp.to(gateway.port());
        RawHttp slow = RawHttp.to(gateway.port())) {
      slow.send("GET /live HTTP/1.1\r\nHost: x\r\n");
      assertEquals("", silent.untilClosed());
      assertEquals("", slow.untilClosed());
    }
    // The second request of a connection has its time too.
    try (RawHttp later = RawHttp.to(gateway.port())) {
      assertTrue(later.send(GET).head().startsWith("HTTP/1.1 200"));
      later.send("GET /live HT");
      assertFalse(later.untilClosed().contains("HTTP/1.1"));
    }
  }

  @Test
  void whoMayNotSendEventsIsToldBeforeSendingThem() throws Exception {
    start(patient());
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      raw.send(
          "POST /v1/collections/other/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n");
      String head = raw.head();
      assertTrue(head.startsWith("HTTP/1.1 404"), head);
    }
  }

  @Test
  void aConnectionThatIsKeptIsNotHungUpOnBetweenRequests() throws Exception {
    start(patient().withConnections(new ConnectionLimits(SOON, LONG, 100)));
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      for (int i = 0; i < 3; i++) {
        String head = raw.send(GET).head();
        assertTrue(head.startsWith("HTTP/1.1 200"), head);
        raw.socket().getInputStream().readNBytes(13);
        Thread.sleep(2 * SOON.toMillis());
      }
    }
  }

  @Test
  void aBodyThatDawdlesIsRefused() throws Exception {
    start(patient().withBodies(LONG, SOON));
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      String reply = raw.send(POST + "Content-Length: 10\r\n\r\n[").untilClosed();
      assertTrue(reply.startsWith("HTTP/1.1 400"), reply);
      assertTrue(reply.contains("the body did not come"), reply);
    }
    gateway.close();
    start(patient().withBodies(SOON, LONG));
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      raw.send(POST + "Transfer-Encoding: chunked\r\n\r\n");
      String reply = raw.untilClosed();
      assertTrue(reply.startsWith("HTTP/1.1 400"), reply);
    }
    assertTrue(ports.ingested.isEmpty());
  }

  @Test
  void anAnswerThatNobodyTakesIsNotKept() throws Exception {
    start(patient().withConnections(new ConnectionLimits(LONG, SOON, 100)));
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      raw.socket().setReceiveBufferSize(4_096);
      raw.send("GET /graphiql/graphiql.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(20));
      assertHungUpOn(raw);
    }
  }

  @Test
  void whoAsksFarAheadIsHungUpOn() throws Exception {
    start(patient());
    String slow =
        "GET /graphql?query=%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
            .formatted(
                URLEncoder.encode(
                    "{ play { values(dimension: COUNTRY, prefix: \"slow\") { value } } }",
                    StandardCharsets.UTF_8));
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      assertEquals("", raw.send(slow.repeat(100)).untilClosed());
    }
    ports.release.countDown();
  }

  /// Writes until that fails, which it does once the server has closed its end.
  private static void assertHungUpOn(RawHttp raw) throws Exception {
    for (int i = 0; i < 1_200; i++) {
      try {
        raw.send("X");
      } catch (SocketException e) {
        return;
      }
      Thread.sleep(50);
    }
    throw new AssertionError("the server holds on to a client that takes nothing");
  }

  @Test
  void oneAddressHasSoManyConnections() throws Exception {
    start(patient().withConnections(new ConnectionLimits(LONG, LONG, 3)));
    List<RawHttp> open = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      RawHttp raw = RawHttp.to(gateway.port());
      assertTrue(raw.send(GET).head().startsWith("HTTP/1.1 200"));
      open.add(raw);
    }
    try (RawHttp beyond = RawHttp.to(gateway.port())) {
      assertFalse(beyond.untilClosed().contains("HTTP"));
    }
    open.removeFirst().close();
    // The server learns of it when it reads.
    for (int i = 0; i < 600; i++) {
      try (RawHttp raw = RawHttp.to(gateway.port())) {
        if (raw.send(GET).head().startsWith("HTTP/1.1 200")) {
          break;
        }
      } catch (SocketException e) {
        assertTrue(i < 599, "there never was room again");
      }
      Thread.sleep(20);
    }
    for (RawHttp raw : open) {
      raw.close();
    }
  }

  @Test
  void whatTwoReadersCouldReadInTwoWaysIsRefused() throws Exception {
    start(patient());
    for (String framing :
        List.of(
            "Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]",
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Content-Length: -2\r\n\r\n[]",
            "Content-Length: +2\r\n\r\n[]",
            "Content-Length: 2, 2\r\n\r\n[]",
            "Content-Length : 2\r\n\r\n[]",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n",
            "X: a\r\n b: c\rd\r\nContent-Length: 2\r\n\r\n[]",
            "X\0Y: a\r\nContent-Length: 2\r\n\r\n[]")) {
      try (RawHttp raw = RawHttp.to(gateway.port())) {
        // What is smuggled would be answered as a second request.
        String reply =
            raw.send(POST + framing + "GET /live HTTP/1.1\r\nHost: x\r\n\r\n").untilClosed();
        // Where a body turns out wrong on the way there is nobody left to answer to.
        assertTrue(reply.isEmpty() || reply.startsWith("HTTP/1.1 4"), framing + " -> " + reply);
        assertFalse(reply.contains("\"live\""), framing + " -> " + reply);
      }
    }
    assertTrue(ports.ingested.isEmpty(), () -> ports.ingested.toString());
  }

  @Test
  void headsHaveTheirLimits() throws Exception {
    start(patient());
    assertStatus(
        431, "GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + "a".repeat(20_000) + "\r\n\r\n");
    assertStatus(414, "GET /live?" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    assertStatus(400, "nonsense\r\n\r\n");
  }

  @Test
  void pathsMeanWhatTheySayToTheLetter() throws Exception {
    start(patient());
    for (String path :
        List.of(
            "/graphiql/../v1/status",
            "/graphiql/..%2fpage.css",
            "/graphiql/%2e%2e/page.css",
            "/graphiql/..%5cpage.css",
            "/graphiql/.hidden",
            "/graphiql/start.js%00.css",
            "/graphiql//start.js",
            "//live",
            "/live/",
            "/LIVE",
            "/v1/collections/../status",
            "/v1/collections/a%2Fb/events",
            "/schemaXgraphql")) {
      assertStatus(
          404, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    }
  }

  @Test
  void anEndlessBodyStopsAtItsLimitAndIsNotHeld() throws Exception {
    start(patient());
    long sent = 0;
    byte[] chunk = ("100000\r\n" + "x".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.UTF_8);
    long before = used();
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      raw.send(
          "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
              + "Transfer-Encoding: chunked\r\n\r\n");
      while (sent < 2L << 30) {
        raw.send(chunk);
        sent += chunk.length;
      }
      throw new AssertionError("2 GiB were taken");
    } catch (IOException e) {
      assertTrue(sent < 600L << 20, "hung up after " + sent + " bytes");
    }
    assertTrue(used() - before < 100L << 20, "held " + (used() - before) + " bytes");
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private void assertStatus(int status, String request) throws IOException {
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      String reply = raw.send(request).head();
      assertTrue(
          reply.matches("(?s)HTTP/1\\.[01] " + status + ".*"),
          request.lines().findFirst() + " -> " + reply);
    }
  }
}
