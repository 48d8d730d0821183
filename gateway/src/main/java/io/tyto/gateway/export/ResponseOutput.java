package io.tyto.gateway.export;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The body of a response as a blocking stream that is no faster than its reader: at most {@link
/// #MAX_WAITING_BYTES} are on their way to the socket. One writer, on a virtual thread.
///
/// The first chunk carries the status; until then the request can be answered otherwise.
final class ResponseOutput extends OutputStream {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final long MAX_WAITING_BYTES = 1 << 19;
  private static final long LOOK_MILLIS = 200;

  /// Of HTTP/2; over HTTP/1.1 the connection is closed.
  private static final long INTERNAL_ERROR = 2;

  private final HttpServerResponse response;
  private final Context loop;
  private final QueryContext query;
  private final Duration stall;
  private final Runnable head;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int size;
  private boolean isBegun;
  private boolean isBroken;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition taken = lock.newCondition();
  private long waitingBytes;
  private long takenNanos = System.nanoTime();
  private @Nullable Throwable failure;

  /// @param loop of the request
  /// @param query is looked at while the reader is waited for
  /// @param head sets status and headers; called on the loop before the first chunk
  ResponseOutput(
      HttpServerResponse response,
      Context loop,
      QueryContext query,
      Duration stall,
      Runnable head) {
    this.response = response;
    this.loop = loop;
    this.query = query;
    this.stall = stall;
    this.head = head;
  }

  /// Whether a part of the body was sent.
  boolean isBegun() {
    return isBegun;
  }

  /// Whether nothing more can be sent.
  boolean isBroken() {
    return isBroken;
  }

  @Override
  public void write(int value) {
    if (size == CHUNK_BYTES) {
      send();
    }
    chunk[size++] = (byte) value;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      if (size == CHUNK_BYTES) {
        send();
      }
      int n = Math.min(left, CHUNK_BYTES - size);
      System.arraycopy(bytes, from, chunk, size, n);
      size += n;
      from += n;
      left -= n;
    }
  }

  private void send() {
    int length = size;
    Buffer buffer = Buffer.buffer(length).appendBytes(chunk, 0, length);
    size = 0;
    waitUntil(() -> waitingBytes + length <= MAX_WAITING_BYTES);
    lock.lock();
    try {
      waitingBytes += length;
    } finally {
      lock.unlock();
    }
    boolean isFirst = !isBegun;
    isBegun = true;
    loop.runOnContext(_ -> {
      if (isFirst) {
        head.run();
      }
      response.write(buffer).onComplete(done -> taken(length, done));
    });
  }

  private void taken(int length, AsyncResult<Void> done) {
    lock.lock();
    try {
      waitingBytes -= length;
      takenNanos = System.nanoTime();
      if (done.failed()) {
        failure = done.cause();
      }
      taken.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Throws CANCELLED where the client has left or takes nothing, QUERY_TIMEOUT.
  private void waitUntil(Supplier<Boolean> isReached) {
    isBroken = true; // unless it is reached
    lock.lock();
    try {
      while (true) {
        Throwable cause = failure;
        if (cause != null) {
          throw new TytoException(ErrorCode.CANCELLED, "the client left before the end", cause);
        }
        query.check();
        if (isReached.get()) {
          isBroken = false;
          return;
        }
        if (System.nanoTime() - takenNanos > stall.toNanos()) {
          throw new TytoException(
              ErrorCode.CANCELLED, "the client took nothing for %d s".formatted(stall.toSeconds()));
        }
        boolean _ = taken.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while sending a result", e);
    } finally {
      lock.unlock();
    }
  }

  /// Sends what is left and says that it was all.
  ///
  /// @param trailers of HTTP
  void finish(Map<String, String> trailers) {
    send();
    waitUntil(() -> waitingBytes == 0);
    loop.runOnContext(_ -> {
      trailers.forEach(response::putTrailer);
      response.end();
    });
  }

  /// Sends what is left, where the client is still there, and breaks the response off, so that
  /// nobody takes it for whole.
  void abort() {
    Buffer buffer = Buffer.buffer(size).appendBytes(chunk, 0, isBroken ? 0 : size);
    size = 0;
    loop.runOnContext(_ -> response.write(buffer).onComplete(_ -> response.reset(INTERNAL_ERROR)));
  }
}
