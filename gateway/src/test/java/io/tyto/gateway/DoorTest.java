package io.tyto.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.http.HttpOptions;
import io.tyto.gateway.http.ListenAddress;
import io.tyto.gateway.limits.CostGate;
import io.tyto.model.access.Access;
import io.tyto.model.access.Caller;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.DeadLetterService;
import io.tyto.model.port.EntityService;
import io.tyto.model.port.LiveService;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Callers and operators have addresses of their own, and pages of other sites have neither.
final class DoorTest {
  private Gateway gateway;

  /// Keys `admin` and `reader`.
  private static final class Keys implements Authenticator {
    @Override
    public Caller authenticate(Credentials credentials) {
      String key = String.valueOf(credentials.apiKey());
      Access access =
          switch (key) {
            case "admin" -> Access.ALL;
            case "reader" -> Access.of(List.of(Scope.parse("query:*")), Map.of());
            default -> throw new TytoException(ErrorCode.UNAUTHENTICATED, "no key, or a wrong one");
          };
      return new Caller(key, Caller.Kind.KEY, key, "default", access, "default");
    }
  }

  private void start(Authenticator authenticator, ListenAddress admin) {
    start(authenticator, admin, HttpOptions.DEFAULT);
  }

  private void start(Authenticator authenticator, ListenAddress admin, HttpOptions options) {
    FakePorts ports = new FakePorts();
    CostGate gate =
        new CostGate(CostGate.Limits.NONE, CostGate.scansOfMachine(), Clock.systemUTC());
    gateway =
        Gateway.start(
            GatewayOptions.defaults().withHttp(options.withAdmin(admin)),
            ports,
            DeadLetterService.NONE,
            EntityService.NONE,
            LiveService.NONE,
            ports,
            ports,
            new Guards(authenticator, gate),
            Clock.systemUTC());
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private static int status(int port, String path, String host, String... headers)
      throws IOException {
    return status("GET", port, path, host, headers);
  }

  private static int status(String method, int port, String path, String host, String... headers)
      throws IOException {
    StringBuilder head =
        new StringBuilder(
            "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n".formatted(method, path, host));
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    try (RawHttp raw = RawHttp.to(port)) {
      return Integer.parseInt(raw.send(head + "\r\n").head().substring(9, 12));
    }
  }

  @Test
  void operatorsHaveAnAddressOfTheirOwn() throws Exception {
    start(new Keys(), ListenAddress.ANY_OF_LOOPBACK);
    for (String path :
        List.of(
            "/v1/status", "/v1/tables", "/v1/documents", "/v1/config/history?collection=play")) {
      assertEquals(404, status(gateway.port(), path, "x", "X-Api-Key: admin"), path);
      assertEquals(401, status(gateway.adminPort(), path, "127.0.0.1"), path);
      assertEquals(200, status(gateway.adminPort(), path, "x", "X-Api-Key: admin"), path);
      assertEquals(403, status(gateway.adminPort(), path, "x", "X-Api-Key: reader"), path);
      assertEquals(401, status(gateway.adminPort(), path, "x", "X-Api-Key: guess"), path);
    }
  }

  @Test
  void anOpenServerOfThisMachineAnswersToItsNameAlone() throws Exception {
    start(Authenticator.OPEN, ListenAddress.ANY_OF_LOOPBACK);
    for (String host : List.of("127.0.0.1", "localhost:80", "[::1]:9")) {
      assertEquals(200, status(gateway.port(), "/schema.graphql", host), host);
      assertEquals(200, status(gateway.adminPort(), "/v1/status", host), host);
    }
    for (String host : List.of("evil.example.com", "localhost.evil.com", "10.0.0.1")) {
      assertEquals(403, status(gateway.port(), "/schema.graphql", host), host);
      assertEquals(403, status(gateway.adminPort(), "/v1/status", host), host);
    }
  }

  /// What a page can send to any host without asking before.
  @Test
  void anOpenServerTakesNothingFromPagesOfOtherOrigins() throws Exception {
    String listed = "https://app.example.com";
    start(
        Authenticator.OPEN,
        ListenAddress.ANY_OF_LOOPBACK,
        HttpOptions.DEFAULT.withCorsOrigins(List.of(listed)));
    String events = "/v1/collections/play/events";
    String imports = "/v1/collections/play/import?source=s&contentId=c&bytes=0";
    String[] plain = {"Content-Type: text/plain", "Content-Length: 0", ""};
    for (String origin :
        List.of("https://evil.example.com", "null", "http://127.0.0.1:1", listed)) {
      plain[2] = "Origin: " + origin;
      boolean isListed = origin.equals(listed);
      assertEquals(
          isListed ? 202 : 403, status("POST", gateway.port(), events, "127.0.0.1", plain), origin);
      for (String path :
          List.of(
              imports,
              "/v1/config",
              "/v1/cluster/stop?process=a",
              "/v1/seal",
              "/v1/tables/reload?table=t")) {
        assertEquals(403, status("POST", gateway.adminPort(), path, "127.0.0.1", plain), path);
      }
      // What changes nothing is answered, to nobody's eyes.
      assertEquals(200, status(gateway.port(), "/schema.graphql", "127.0.0.1", plain[2]), origin);
    }
    for (String own : List.of("localhost:8080", "127.0.0.1", "[::1]:9")) {
      plain[2] = "Origin: http://" + own;
      assertEquals(202, status("POST", gateway.port(), events, own, plain), own);
      assertEquals(200, status("POST", gateway.adminPort(), imports, own, plain), own);
    }
    plain[2] = "X-Nothing: of a page";
    assertEquals(202, status("POST", gateway.port(), events, "localhost", plain));
  }

  @Test
  void whereOperatorsComeFromOutsideCommandsHaveAnAddressToo() throws Exception {
    start(new Keys(), new ListenAddress("0.0.0.0", 0));
    assertTrue(gateway.commandPort() != gateway.adminPort());
    assertEquals(200, status(gateway.commandPort(), "/v1/status", "x", "X-Api-Key: admin"));
    assertEquals(403, status(gateway.adminPort(), "/v1/status", "x", "X-Api-Key: reader"));
    assertEquals(200, status(gateway.adminPort(), "/v1/status", "x", "X-Api-Key: admin"));
  }

  @Test
  void pagesTellBrowsersToLoadNothingFromElsewhere() throws Exception {
    start(new Keys(), ListenAddress.ANY_OF_LOOPBACK);
    try (RawHttp raw = RawHttp.to(gateway.port())) {
      String head = raw.send("GET /graphiql HTTP/1.1\r\nHost: x\r\n\r\n").head();
      for (String part :
          List.of(
              "default-src 'none'",
              "script-src 'self';",
              "frame-ancestors 'none'",
              "X-Content-Type-Options: nosniff",
              "X-Frame-Options: DENY",
              "Referrer-Policy: no-referrer")) {
        assertTrue(head.contains(part), head);
      }
    }
  }
}
