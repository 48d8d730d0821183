package io.tyto.gateway;

import io.tyto.gateway.http.ConnectionGuard;
import io.tyto.gateway.observe.Requests;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A response that is a stream of server-sent events: its head, its pulse, and its end.
///
/// Called from any thread; everything happens on the event loop of the request. Events that find no
/// room wait for it, so whoever sends them sends the next when one is taken. *Lifetime*: that of
/// the response.
final class EventLine {
  static final String TYPE = "text/event-stream";

  /// What of an id comes back in a header, in characters: a head has 16 KiB for all of them.
  static final int MAX_ID = 8 << 10;

  private static final Buffer KEEP_ALIVE = Buffer.buffer(":\n\n");

  /// HTTP/2 calls it CANCEL.
  private static final long CANCEL = 8;

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Context context;
  private final SocketOptions options;
  private final Queue<Waiting> waiting = new ArrayDeque<>();
  private long pulse = -1;
  private long checks = -1;
  private long takenNanos = System.nanoTime();
  private Runnable onClose = () -> {};
  private boolean isClosed;

  private record Waiting(Buffer event, Runnable whenTaken) {}

  /// @param context of the request
  EventLine(HttpServerRequest request, Context context, SocketOptions options) {
    this.request = request;
    this.response = request.response();
    this.context = context;
    this.options = options;
  }

  /// An event with one line of data.
  ///
  /// @param id what a client says to go on behind it; null where nothing does
  static Buffer event(String type, @Nullable String id, Buffer data) {
    return Buffer.buffer("event: ")
        .appendString(type)
        .appendString("\n")
        .appendString(id == null ? "" : idLine(id))
        .appendString("data: ")
        .appendBuffer(data)
        .appendString("\n\n");
  }

  /// An id that is too long for a header is none, so that no earlier one is taken for it.
  private static String idLine(String id) {
    return id.length() > MAX_ID ? "id\n" : "id: " + id + "\n";
  }

  /// Opens it and sends all there is.
  void only(Buffer events) {
    context.runOnContext(_ -> {
      if (!response.closed()) {
        head();
        response.end(events);
      }
    });
  }

  /// Opens it for as long as its client stays.
  ///
  /// @param begin an id that goes on from here, before the first event; null: there is none
  /// @param isWelcome asked now and then: whether the client may still be told
  /// @param farewell what is told where not
  /// @param whenClosed called once, however it ends
  void open(
      @Nullable String begin,
      BooleanSupplier isWelcome,
      Supplier<Buffer> farewell,
      Runnable whenClosed) {
    context.runOnContext(_ -> {
      if (isClosed) { // it has ended before
        whenClosed.run();
        return;
      }
      onClose = whenClosed;
      if (response.closed()) {
        closed();
        return;
      }
      Requests.ifGone(this::closed);
      response.drainHandler(_ -> {
        takenNanos = System.nanoTime();
        flush();
      });
      pulse = context.owner().setPeriodic(options.pingEvery().toMillis(), _ -> keepAlive());
      checks =
          context
              .owner()
              .setPeriodic(
                  Callers.RECHECK_MILLIS,
                  _ -> {
                    if (!isWelcome.getAsBoolean()) {
                      end(farewell.get());
                    }
                  });
      head();
      // Some browsers take the stream for open with its first byte.
      response.write(begin == null ? KEEP_ALIVE : Buffer.buffer(idLine(begin) + "\n"));
    });
  }

  /// Writes an event when there is room for it.
  ///
  /// @param whenTaken called then; never where the client has left
  void send(Buffer event, Runnable whenTaken) {
    context.runOnContext(_ -> {
      if (!isClosed) {
        waiting.add(new Waiting(event, whenTaken));
        flush();
      }
    });
  }

  /// Writes what waits, then this, and ends.
  void end(Buffer last) {
    context.runOnContext(_ -> {
      if (isClosed) {
        return;
      }
      if (!response.headWritten()) {
        head();
      }
      waiting.forEach(event -> response.write(event.event()));
      response.end(last);
      closed();
    });
  }

  private void flush() {
    while (!isClosed && !waiting.isEmpty() && !response.writeQueueFull()) {
      Waiting next = waiting.remove();
      response.write(next.event());
      next.whenTaken().run();
    }
  }

  private void head() {
    response.setChunked(true);
    response.putHeader("Content-Type", TYPE + "; charset=utf-8");
    response.putHeader("Cache-Control", "no-cache, no-transform");
    // Neither we nor a proxy before us may hold events back.
    response.putHeader("Content-Encoding", "identity");
    response.putHeader("X-Accel-Buffering", "no");
  }

  private void keepAlive() {
    if (!response.writeQueueFull()) {
      takenNanos = System.nanoTime();
      response.write(KEEP_ALIVE);
    } else if (System.nanoTime() - takenNanos > options.stallTimeout().toNanos()) {
      if (request.version() == HttpVersion.HTTP_2) {
        response.reset(CANCEL); // other streams of the connection may be well
      } else {
        ConnectionGuard.hangUp(request.connection());
      }
    }
  }

  private void closed() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    waiting.clear();
    context.owner().cancelTimer(pulse);
    context.owner().cancelTimer(checks);
    onClose.run();
  }
}
