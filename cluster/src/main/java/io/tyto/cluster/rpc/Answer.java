package io.tyto.cluster.rpc;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.query.QueryContext;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// An answer as it comes. Read by one thread, which blocks; what is not read yet stays with the
/// node that sends, but for {@link #MAX_HELD} frames.
///
/// Lifetime: {@link #close} tells the other node to stop, if it has not ended.
public final class Answer implements AutoCloseable {
  private static final int MAX_HELD = 4;
  private static final long LOOK_MILLIS = 100;

  /// A node that is alive says so more often.
  static final Duration SILENCE = Duration.ofSeconds(10);

  private final NodeAddress node;
  private final String method;
  private final QueryContext query;
  private final CallListener listener;
  private final FrameReader reader = new FrameReader();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition come = lock.newCondition();
  private final Queue<Frame> held = new ArrayDeque<>();
  private @Nullable HttpClientRequest request;
  private @Nullable HttpClientResponse response;
  private @Nullable Throwable failure;
  private boolean isPaused;
  private boolean hasEnded;
  private boolean isClosed;
  private CallListener.Outcome outcome = CallListener.Outcome.LEFT;
  private final long startNanos = System.nanoTime();
  private long heardNanos = startNanos;

  Answer(NodeAddress node, String method, QueryContext query, CallListener listener) {
    this.node = node;
    this.method = method;
    this.query = query;
    this.listener = listener;
  }

  void send(HttpClientRequest made, String body) {
    lock.lock();
    try {
      if (isClosed) {
        made.reset(Wire.CANCEL);
        return;
      }
      request = made;
    } finally {
      lock.unlock();
    }
    made.exceptionHandler(this::fail);
    made.send(Buffer.buffer(body)).onSuccess(this::take).onFailure(this::fail);
  }

  private void take(HttpClientResponse answer) {
    if (answer.statusCode() != 200) {
      answer
          .body()
          .onComplete(text -> fail(new IllegalStateException(String.valueOf(text.result()))));
      return;
    }
    lock.lock();
    try {
      response = answer;
    } finally {
      lock.unlock();
    }
    answer.handler(this::add);
    answer.exceptionHandler(this::fail);
    answer.endHandler(_ -> fail(new IllegalStateException("the answer broke off")));
  }

  private void add(Buffer bytes) {
    lock.lock();
    try {
      heardNanos = System.nanoTime();
      reader.add(bytes);
      for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
        if (frame.kind() != Frame.Kind.ALIVE) {
          held.add(frame);
        }
      }
      if (held.size() >= MAX_HELD && response != null && !isPaused) {
        isPaused = true;
        response.pause();
      }
      come.signalAll();
    } catch (IllegalArgumentException e) {
      failure = e;
      come.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void fail(Throwable cause) {
    lock.lock();
    try {
      failure = failure == null ? cause : failure;
      come.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The next frame; after END there is none. UnreachableException where the node is gone;
  /// otherwise the error that it answered, QUERY_TIMEOUT or CANCELLED.
  public Frame next() {
    lock.lock();
    try {
      while (held.isEmpty()) {
        query.check();
        if (hasEnded) {
          throw new IllegalStateException("nothing follows the end of an answer");
        }
        if (failure != null) {
          throw unreachable(String.valueOf(failure.getMessage()), failure);
        }
        if (System.nanoTime() - heardNanos > SILENCE.toNanos()) {
          throw unreachable("nothing was heard for %d s".formatted(SILENCE.toSeconds()), null);
        }
        boolean _ = come.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
      Frame frame = held.remove();
      if (isPaused && held.isEmpty() && response != null) {
        isPaused = false;
        heardNanos = System.nanoTime(); // until now nobody listened
        response.resume();
      }
      hasEnded = frame.kind() == Frame.Kind.END || frame.kind() == Frame.Kind.ERROR;
      if (frame.kind() == Frame.Kind.END) {
        outcome = CallListener.Outcome.OK;
      }
      if (frame.kind() == Frame.Kind.ERROR) {
        outcome = CallListener.Outcome.FAILED;
        throw failure(Wire.exception(frame, node.toString()));
      }
      return frame;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while waiting for a node", e);
    } finally {
      lock.unlock();
    }
  }

  private UnreachableException unreachable(String reason, @Nullable Throwable cause) {
    outcome = CallListener.Outcome.UNREACHABLE;
    return new UnreachableException(node, reason, cause);
  }

  /// A node that is about to stop is one that does not answer.
  private RuntimeException failure(TytoException told) {
    return told.code() == ErrorCode.DRAINING
        ? unreachable(String.valueOf(told.getMessage()), told)
        : told;
  }

  @Override
  public void close() {
    CallListener.Outcome ended;
    lock.lock();
    try {
      if (isClosed) {
        return;
      }
      isClosed = true;
      ended = outcome;
      if (request != null && !hasEnded) {
        request.reset(Wire.CANCEL);
      }
    } finally {
      lock.unlock();
    }
    listener.ended(method, ended, System.nanoTime() - startNanos);
  }
}
