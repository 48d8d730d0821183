package io.tyto.perf.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What Vert.x alone costs: reads a request and answers the same bytes each time.
///
/// Arguments: the port, and the file of the answer.
public final class BareJsonServer {
  private BareJsonServer() {}

  public static void main(String[] arguments) throws IOException {
    byte[] answer = Files.readAllBytes(Path.of(arguments[1]));
    Vertx.vertx()
        .createHttpServer()
        .requestHandler(request ->
            request
                .body()
                .onSuccess(_ ->
                    request
                        .response()
                        .putHeader("Content-Type", "application/json")
                        .end(Buffer.buffer(answer))))
        .listen(Integer.parseInt(arguments[0]), "127.0.0.1");
  }
}
