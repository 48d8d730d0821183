package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.limits.CostGate;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who a request is from, wherever it says so.
final class CallersTest {
  private static final String QUERY =
      "{\"query\":\"{ play { values(dimension: COUNTRY) { value } } }\"}";

  private final Set<String> revoked = ConcurrentHashMap.newKeySet();
  private final FakePorts ports = new FakePorts();
  private final FakeLive live = new FakeLive();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Vertx vertx = Vertx.vertx();
  private final Gateway gateway =
      Gateway.start(
          GatewayOptions.defaults(),
          ports,
          DeadLetterService.NONE,
          EntityService.NONE,
          live,
          ports,
          ports,
          new Guards(new OneKey(), new CostGate(CostGate.Limits.NONE, 4, Clock.systemUTC())),
          Clock.systemUTC());

  private final class OneKey implements Authenticator {
    @Override
    public Caller authenticate(Credentials credentials) {
      String key = credentials.bearer() == null ? credentials.apiKey() : credentials.bearer();
      if (!"good".equals(key) || !isStillValid(caller())) {
        throw new TytoException(ErrorCode.UNAUTHENTICATED, "no key, or a wrong one");
      }
      return caller();
    }

    private static Caller caller() {
      return new Caller("k1", Caller.Kind.KEY, "test", "default", Access.ALL, "default");
    }

    @Override
    public boolean isStillValid(Caller caller) {
      return !revoked.contains(caller.id());
    }
  }

  @AfterEach
  void stop() {
    gateway.close();
    http.shutdownNow();
    vertx.close().await();
  }

  private HttpResponse<String> send(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(QUERY));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), BodyHandlers.ofString());
  }

  @Test
  void withoutCredentialsNothingIsAnswered() throws Exception {
    for (String path : List.of("/graphql", "/v1/collections/play/events")) {
      HttpResponse<String> refused = send(path);
      assertEquals(401, refused.statusCode(), path);
      assertEquals("Bearer", refused.headers().firstValue("WWW-Authenticate").orElse(""));
      assertTrue(refused.body().contains("UNAUTHENTICATED"), refused.body());
    }
    assertTrue(ports.ingested.isEmpty());
    HttpRequest schema =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/schema.graphql"))
            .build();
    assertEquals(401, http.send(schema, BodyHandlers.ofString()).statusCode());
  }

  @Test
  void credentialsComeInEitherHeaderAndOnlyOnce() throws Exception {
    assertEquals(200, send("/graphql", "Authorization", "Bearer good").statusCode());
    assertEquals(200, send("/graphql", "Authorization", "bearer good").statusCode());
    assertEquals(200, send("/graphql", "X-Api-Key", "good").statusCode());
    assertEquals(401, send("/graphql", "Authorization", "Basic good").statusCode());
    assertEquals(401, send("/graphql", "X-Api-Key", "bad").statusCode());
    HttpResponse<String> twice = send("/graphql", "X-Api-Key", "bad", "X-Api-Key", "good");
    assertEquals(401, twice.statusCode());
    assertFalse(twice.body().contains("good"), twice.body());
  }

  @Test
  void aSocketSaysItInItsHandshakeOrItsFirstMessage() throws Exception {
    List<String> protocols = List.of(GraphQlSocket.PROTOCOL);
    for (String payload : List.of("{\"Authorization\":\"Bearer good\"}", "{\"apiKey\":\"good\"}")) {
      TestSocket socket = TestSocket.open(vertx, gateway.port(), protocols, Map.of());
      socket.send("{\"type\":\"connection_init\",\"payload\":" + payload + "}");
      assertEquals("connection_ack", socket.next().getString("type"));
      socket.close();
    }
    TestSocket header =
        TestSocket.open(vertx, gateway.port(), protocols, Map.of("X-Api-Key", "good"));
    header.send("{\"type\":\"connection_init\"}");
    assertEquals("connection_ack", header.next().getString("type"));
    header.close();
    TestSocket refused = TestSocket.open(vertx, gateway.port(), protocols, Map.of());
    refused.send("{\"type\":\"connection_init\",\"payload\":{\"apiKey\":\"bad\"}}");
    assertEquals(4403, refused.closeCode());
    refused.close();
  }

  @Test
  void whoIsNotLetInAnyMoreLosesWhatIsOpen() throws Exception {
    TestSocket socket =
        TestSocket.open(
            vertx, gateway.port(), List.of(GraphQlSocket.PROTOCOL), Map.of("X-Api-Key", "good"));
    socket.send("{\"type\":\"connection_init\"}");
    assertEquals("connection_ack", socket.next().getString("type"));
    HttpRequest events =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + "/graphql"))
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream")
            .header("X-Api-Key", "good")
            .POST(
                BodyPublishers.ofString(
                    "{\"query\":\"subscription { playLive(input: {range: {preset: ALL_TIME}}) {"
                        + " sequence } }\"}"))
            .build();
    var stream = http.sendAsync(events, BodyHandlers.ofString());
    live.next();
    revoked.add("k1");
    assertEquals(4403, socket.closeCode());
    String told = stream.get(30, TimeUnit.SECONDS).body();
    assertTrue(told.contains("UNAUTHENTICATED"), told);
    assertTrue(told.endsWith("event: complete\ndata: \n\n"), told);
    socket.close();
  }

  @Test
  void pagesAndHealthAskNobody() throws Exception {
    for (String path : List.of("/live", "/ready", "/graphiql", "/graphiql/start.js")) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path)).build();
      assertEquals(200, http.send(request, BodyHandlers.ofString()).statusCode(), path);
    }
  }
}
