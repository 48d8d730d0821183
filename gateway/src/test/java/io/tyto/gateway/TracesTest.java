package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.tyto.gateway.observe.Observatory;
import io.tyto.gateway.observe.ObserveOptions;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LiveService;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a collector of traces gets of a gateway.
final class TracesTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String OTHER = "1bf7651916cd43dd8448eb211c80319d";
  private static final String FAST =
      "query Fast { play { values(dimension: COUNTRY, prefix: \"secretland\") { value } } }";

  private final FakePorts ports = new FakePorts();
  private final HttpClient http = HttpClient.newHttpClient();
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private HttpServer collector;

  @AfterEach
  void stop() {
    if (collector != null) {
      collector.stop(0);
    }
  }

  private String collect() throws IOException {
    collector = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          byte[] body = exchange.getRequestBody().readAllBytes();
          synchronized (received) {
            received.write(body);
          }
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    return "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/traces";
  }

  private Gateway gateway(String endpoint) {
    ObserveOptions options = new ObserveOptions(Duration.ofMinutes(1), endpoint, 1, "7");
    return Gateway.start(
        GatewayOptions.defaults(),
        ports,
        DeadLetterService.NONE,
        EntityService.NONE,
        LiveService.NONE,
        ports,
        ports,
        Guards.open(Clock.systemUTC()),
        new Observatory(options, Clock.systemUTC()),
        Clock.systemUTC());
  }

  private JsonObject ask(Gateway gateway, String traceparent) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/graphql"))
            .header("Content-Type", "application/json")
            .header("traceparent", traceparent)
            .POST(BodyPublishers.ofString(new JsonObject().put("query", FAST).encode()))
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body()).getJsonObject("extensions");
  }

  private String bytes() {
    synchronized (received) {
      return received.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private static String bytesOf(String hex) {
    return new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
  }

  @Test
  void aRequestGoesOnWithTheTraceItNames() throws Exception {
    try (Gateway gateway = gateway(collect())) {
      JsonObject extensions = ask(gateway, "00-" + TRACE + "-b7ad6b7169203331-01");
      assertEquals(TRACE, extensions.getString("traceId"));
      assertEquals(36, extensions.getString("queryId").length());
      ask(gateway, "00-" + OTHER + "-b7ad6b7169203331-00");
    }
    String sent = bytes();
    for (String part :
        new String[] {
          bytesOf(TRACE),
          bytesOf("b7ad6b7169203331"),
          "POST /graphql",
          "query Fast",
          "panel play",
          "values play",
          "tyto.query.id",
          "http.response.status_code"
        }) {
      assertTrue(sent.contains(part), part);
    }
    assertFalse(sent.contains("secretland"));
    assertFalse(sent.contains(bytesOf(OTHER)), "a client can say no");
  }

  @Test
  void withoutACollectorThereIsNoTrace() throws Exception {
    try (Gateway gateway = gateway("")) {
      assertNull(ask(gateway, "00-" + TRACE + "-b7ad6b7169203331-01").getString("traceId"));
    }
  }
}
