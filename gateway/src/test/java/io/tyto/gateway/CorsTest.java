package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.http.HttpOptions;
import io.vertx.core.Vertx;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What browsers are told about pages of other origins. Raw, because clients of Java must not say
/// where a page comes from.
final class CorsTest {
  private static final String OURS = "https://app.example.com";

  private final Vertx vertx = Vertx.vertx();
  private Gateway gateway;

  private void start(String... origins) {
    FakePorts ports = new FakePorts();
    gateway =
        Gateway.start(
            GatewayOptions.defaults()
                .withHttp(HttpOptions.DEFAULT.withCorsOrigins(List.of(origins))),
            ports,
            ports,
            ports,
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
    vertx.close().await();
  }

  private String head(String method, String path, String origin) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
      socket.setSoTimeout(30_000);
      OutputStream out = socket.getOutputStream();
      out.write(
          ("%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: %s\r\nConnection: close\r\n"
                  + "Access-Control-Request-Method: POST\r\n\r\n")
              .formatted(method, path, origin)
              .getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      String reply = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      return reply.substring(0, reply.indexOf("\r\n\r\n") + 2).toLowerCase(Locale.ROOT);
    }
  }

  @Test
  void nobodyIsLetInUnlessListed() throws Exception {
    start();
    String reply = head("OPTIONS", "/graphql", OURS);
    assertTrue(reply.startsWith("http/1.1 204"), reply);
    assertTrue(!reply.contains("access-control"), reply);
    assertTrue(!head("GET", "/live", OURS).contains("access-control"));
  }

  @Test
  void whoeverIsListedMayAskWithHeadersAndWithoutCookies() throws Exception {
    start(OURS);
    String reply = head("OPTIONS", "/graphql", OURS);
    assertTrue(reply.startsWith("http/1.1 204"), reply);
    assertTrue(reply.contains("access-control-allow-origin: " + OURS + "\r\n"), reply);
    assertTrue(reply.contains("access-control-allow-methods: delete, get, post, put\r\n"), reply);
    for (String header : List.of("authorization", "x-request-id", "traceparent")) {
      assertTrue(reply.contains(header), reply);
    }
    String exposed = head("GET", "/live", OURS);
    for (String header : List.of("x-request-id", "tyto-query-id", "tyto-rows")) {
      assertTrue(
          exposed.matches("(?s).*access-control-expose-headers:[^\r]* " + header + ".*"), exposed);
    }
    assertTrue(exposed.contains("vary: accept-encoding\r\n"), exposed);
    assertTrue(!reply.contains("credentials"), reply);
    assertTrue(reply.contains("vary: origin\r\n"), reply);
    for (String other :
        List.of("https://evil.example.com", "null", OURS + ".evil.com", "http://app.example.com")) {
      String refused = head("OPTIONS", "/graphql", other);
      assertTrue(!refused.contains("access-control-allow"), refused);
      // A cache must not give the one origin's answer to another.
      assertTrue(refused.contains("vary: origin\r\n"), refused);
    }
    assertTrue(head("GET", "/live", OURS).contains("access-control-allow-origin: " + OURS));
    assertTrue(head("OPTIONS", "/nowhere", OURS).startsWith("http/1.1 404"));
  }

  @Test
  void aListedPageMayOpenSockets() throws Exception {
    start(OURS);
    List<String> protocols = List.of(GraphQlSocket.PROTOCOL);
    TestSocket ours = TestSocket.open(vertx, gateway.port(), protocols, Map.of("Origin", OURS));
    ours.send("{\"type\":\"connection_init\"}");
    assertEquals("connection_ack", ours.next().getString("type"));
    ours.close();
    TestSocket other =
        TestSocket.open(
            vertx, gateway.port(), protocols, Map.of("Origin", "https://evil.example.com"));
    assertEquals(4403, other.closeCode());
    other.close();
  }
}
