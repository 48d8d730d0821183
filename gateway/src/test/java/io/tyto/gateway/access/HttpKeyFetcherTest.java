package io.tyto.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HttpKeyFetcherTest {
  private final HttpKeyFetcher fetcher = new HttpKeyFetcher();
  private HttpServer issuer;

  @BeforeEach
  void serve() throws IOException {
    issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer.createContext(
        "/keys",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (var body = exchange.getResponseBody()) {
            body.write("{\"keys\":[]}".getBytes(StandardCharsets.UTF_8));
          }
        });
    issuer.createContext(
        "/endless",
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (var body = exchange.getResponseBody()) {
            byte[] chunk = new byte[1 << 16];
            for (int sent = 0; sent < 8 * HttpKeyFetcher.MAX_BYTES; sent += chunk.length) {
              body.write(chunk);
            }
          } catch (IOException e) {
            // The client has heard enough, as it should.
            exchange.close();
          }
        });
    issuer.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "/keys");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    issuer.start();
  }

  @AfterEach
  void stop() {
    fetcher.close();
    issuer.stop(0);
  }

  private URI address(String path) {
    return URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + path);
  }

  @Test
  void readsADocument() throws IOException {
    assertEquals(
        "{\"keys\":[]}", new String(fetcher.fetch(address("/keys")), StandardCharsets.UTF_8));
  }

  @Test
  void endsWithWhatIsTooMuch() {
    assertThrows(IOException.class, () -> fetcher.fetch(address("/endless")));
  }

  @Test
  void goesNowhereElse() {
    IOException refused = assertThrows(IOException.class, () -> fetcher.fetch(address("/moved")));
    assertTrue(refused.getMessage().contains("302"), refused.getMessage());
    assertThrows(IOException.class, () -> fetcher.fetch(address("/none")));
  }
}
