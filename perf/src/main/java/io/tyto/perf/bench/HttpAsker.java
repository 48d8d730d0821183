package io.tyto.perf.bench;

import io.tyto.gateway.Gateway;
import io.tyto.perf.http.KeptConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Asks the same questions as a user does: GraphQL by POST over a kept connection to the server's
/// own gateway. Not thread-safe.
final class HttpAsker implements AutoCloseable {
  private final Gateway gateway;
  private final KeptConnection connection;

  HttpAsker(Gateway gateway) throws IOException {
    this.gateway = gateway;
    this.connection = new KeptConnection(gateway.port());
  }

  /// The whole request for a GraphQL document.
  static byte[] request(String document) {
    return KeptConnection.post(
        "/graphql",
        JsonTree.write(Map.of("query", document)),
        "Accept: application/graphql-response+json");
  }

  /// The answer's body.
  byte[] ask(byte[] request) {
    return ask(connection, request);
  }

  static byte[] ask(KeptConnection connection, byte[] request) {
    try {
      int status = connection.ask(request);
      byte[] body = connection.body();
      if (status != 200) {
        throw new IllegalStateException(status + " " + new String(body, StandardCharsets.UTF_8));
      }
      return body;
    } catch (IOException e) {
      throw new IllegalStateException("no answer over HTTP", e);
    }
  }

  /// Throws where a part of the answer is an error.
  void check(byte[] request) {
    String text = new String(ask(request), StandardCharsets.UTF_8);
    if (text.contains("\"errors\":")) {
      throw new IllegalStateException(text.substring(0, Math.min(500, text.length())));
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
    gateway.close();
  }
}
