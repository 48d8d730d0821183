package io.tyto.server.cli;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.parsetools.RecordParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A POST whose reply is read, line by line, while its body is still being sent.
///
/// The JDK's client reads a reply only when the whole body is out: the progress of a long import
/// would come too late, and so would the wish to stop it. Used once, by one thread.
final class ImportUpload implements AutoCloseable {
  private static final int CHUNK = 1 << 16;
  private static final long CONNECT_SECONDS = 10;
  private static final long LOOK_MILLIS = 50;

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
  private final BlockingQueue<Line> lines = new LinkedBlockingQueue<>();
  private final InputStream content;
  private final HttpClientRequest request;
  private final byte[] chunk = new byte[CHUNK];
  private boolean isSent;

  /// A line of the reply.
  ///
  /// @param text null at the end of the reply
  /// @param failure why it ended early, else null
  private record Line(@Nullable String text, @Nullable Throwable failure) {}

  ImportUpload(URI target, InputStream content) throws IOException, InterruptedException {
    this.content = content;
    try {
      RequestOptions options =
          new RequestOptions().setMethod(HttpMethod.POST).setAbsoluteURI(target.toString());
      this.request =
          vertx
              .createHttpClient(new HttpClientOptions().setIdleTimeout(0))
              .request(options)
              .toCompletionStage()
              .toCompletableFuture()
              .get(CONNECT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      vertx.close();
      throw new IOException(e.getCause() == null ? e.toString() : e.getCause().getMessage(), e);
    }
    request.setChunked(true);
    request.response().onSuccess(this::follow).onFailure(this::fail);
  }

  /// The next line of the reply, null at its end; empty where none came while a piece of the body
  /// went out.
  @Nullable String next() throws IOException, InterruptedException {
    boolean isWaiting = isSent || request.writeQueueFull();
    if (!isWaiting) {
      sendChunk();
    }
    Line line = isWaiting ? lines.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS) : lines.poll();
    if (line == null) {
      return "";
    }
    if (line.failure() != null) {
      throw new IOException(line.failure().getMessage(), line.failure());
    }
    return line.text();
  }

  /// Ends the connection; the server keeps what it has taken.
  @Override
  public void close() {
    vertx.close();
  }

  private void sendChunk() throws IOException {
    int read = content.read(chunk);
    if (read < 0) {
      request.end();
      isSent = true;
    } else {
      request.write(Buffer.buffer(Arrays.copyOf(chunk, read)));
    }
  }

  private void follow(HttpClientResponse response) {
    RecordParser parser =
        RecordParser.newDelimited(
            "\n", line -> lines.add(new Line(line.toString(StandardCharsets.UTF_8), null)));
    response.handler(parser);
    response.exceptionHandler(this::fail);
    response.endHandler(_ -> {
      // An error is one JSON object without a line end.
      parser.handle(Buffer.buffer("\n"));
      lines.add(new Line(null, null));
    });
  }

  private void fail(Throwable failure) {
    lines.add(new Line(null, failure));
  }
}
