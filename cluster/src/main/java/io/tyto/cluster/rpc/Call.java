package io.tyto.cluster.rpc;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A question of another node, and the way back to it. Used by one thread, which may block.
public final class Call {
  /// So much is on its way at most; behind it the sender waits for the reader.
  private static final long MAX_WAITING_BYTES = 1 << 22;

  private static final long LOOK_MILLIS = 200;

  private final String body;
  private final QueryContext query;
  private final HttpServerResponse response;
  private final Context loop;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition taken = lock.newCondition();
  private long waitingBytes;
  private @Nullable Throwable failure;

  Call(String body, QueryContext query, HttpServerResponse response, Context loop) {
    this.body = body;
    this.query = query;
    this.response = response;
    this.loop = loop;
  }

  /// JSON.
  public String body() {
    return body;
  }

  /// With the deadline and the memory that the other node gives; cancelled when it leaves.
  public QueryContext query() {
    return query;
  }

  public void head(String json) {
    send(Frame.of(Frame.Kind.HEAD, json));
  }

  /// Blocks while the other node does not keep up. CANCELLED, QUERY_TIMEOUT.
  public void data(byte[] bytes) {
    send(new Frame(Frame.Kind.DATA, bytes));
  }

  /// On the loop: something between frames, for as long as there is nothing to say.
  void alive() {
    if (!response.ended() && !response.closed()) {
      response.write(bytes(new Frame(Frame.Kind.ALIVE, new byte[0])));
    }
  }

  void end(String json) {
    send(Frame.of(Frame.Kind.END, json));
    loop.runOnContext(_ -> response.end());
  }

  void fail(Throwable cause) {
    Frame frame = Wire.failure(cause);
    loop.runOnContext(_ -> {
      if (!response.ended() && !response.closed()) {
        response.end(bytes(frame));
      }
    });
  }

  private static Buffer bytes(Frame frame) {
    return Buffer.buffer(Frame.HEADER_BYTES + frame.payload().length)
        .appendInt(frame.payload().length + 1)
        .appendByte(frame.kind().number)
        .appendBytes(frame.payload());
  }

  private void send(Frame frame) {
    int length = frame.payload().length;
    awaitRoom(length);
    Buffer buffer = bytes(frame);
    loop.runOnContext(_ -> response.write(buffer).onComplete(done -> taken(length, done.cause())));
  }

  private void awaitRoom(int length) {
    lock.lock();
    try {
      while (waitingBytes > 0 && waitingBytes + length > MAX_WAITING_BYTES && failure == null) {
        query.check();
        boolean _ = taken.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
      query.check();
      if (failure != null) {
        throw new TytoException(ErrorCode.CANCELLED, "the node that asked has left", failure);
      }
      waitingBytes += length;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while sending an answer", e);
    } finally {
      lock.unlock();
    }
  }

  private void taken(int length, @Nullable Throwable cause) {
    lock.lock();
    try {
      waitingBytes -= length;
      failure = cause == null ? failure : cause;
      taken.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
