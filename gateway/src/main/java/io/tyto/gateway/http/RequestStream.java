package io.tyto.gateway.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A request body as a blocking stream with back-pressure: the connection is read no faster than
/// the consumer, and at most {@link #CHUNKS} chunks wait. One reader thread.
public final class RequestStream extends InputStream {
  private static final int CHUNKS = 64;
  private static final Buffer END = Buffer.buffer(0);

  private final HttpServerRequest request;
  private final Duration timeout;
  // Two more than are ever fetched, so that the end and a failure always find room.
  private final BlockingQueue<Buffer> chunks = new ArrayBlockingQueue<>(CHUNKS + 2);
  private volatile @Nullable Throwable failure;
  private byte[] current = new byte[0];
  private int position;
  private boolean ended;

  /// Call on the event loop, before the body flows.
  public RequestStream(HttpServerRequest request, Duration timeout) {
    this.request = request;
    this.timeout = timeout;
    request.pause();
    request.handler(chunks::add);
    request.endHandler(_ -> chunks.add(END));
    request.exceptionHandler(cause -> {
      failure = cause;
      chunks.add(END);
    });
    request.fetch(CHUNKS);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (position == current.length) {
      if (ended || !next()) {
        return -1;
      }
    }
    int n = Math.min(length, current.length - position);
    System.arraycopy(current, position, target, offset, n);
    position += n;
    return n;
  }

  private boolean next() throws IOException {
    try {
      Buffer chunk = chunks.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (chunk == null) {
        throw new IOException("the client sent nothing for " + timeout.toSeconds() + " s", failure);
      }
      if (chunk.length() == 0) {
        ended = true;
        Throwable cause = failure;
        if (cause != null) {
          throw new IOException("the client left in the middle of the body", cause);
        }
        return false;
      }
      current = chunk.getBytes();
      position = 0;
      request.fetch(1);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading the body", e);
    }
  }
}
