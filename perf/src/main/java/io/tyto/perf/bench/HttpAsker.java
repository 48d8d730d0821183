package io.tyto.perf.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tyto.gateway.Gateway;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Asks the same questions as a user does: GraphQL by POST over a kept connection to the server's
/// own gateway, the answer read to its last byte.
final class HttpAsker implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private final Gateway gateway;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI address;

  HttpAsker(Gateway gateway) {
    this.gateway = gateway;
    this.address = URI.create("http://127.0.0.1:" + gateway.port() + "/graphql");
  }

  HttpRequest request(String document) {
    return HttpRequest.newBuilder(address)
        .timeout(TIMEOUT)
        .header("Content-Type", "application/json")
        .header("Accept", "application/graphql-response+json")
        .POST(HttpRequest.BodyPublishers.ofString(body(document)))
        .build();
  }

  /// The answer's bytes.
  byte[] ask(HttpRequest request) {
    try {
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      byte[] bytes = response.body();
      if (response.statusCode() != 200) {
        throw new IllegalStateException(
            "HTTP " + response.statusCode() + ": " + new String(bytes, StandardCharsets.UTF_8));
      }
      return bytes;
    } catch (IOException e) {
      throw new IllegalStateException("no answer over HTTP", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// Throws where a part of the answer is an error.
  void check(HttpRequest request) {
    String text = new String(ask(request), StandardCharsets.UTF_8);
    if (text.contains("\"errors\":")) {
      throw new IllegalStateException(text.substring(0, Math.min(500, text.length())));
    }
  }

  private static String body(String document) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("query", document);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("a string takes all that is written", e);
    }
    return text.toString();
  }

  @Override
  public void close() {
    client.close();
    gateway.close();
  }
}
