package io.tyto.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// Ends answers of one HTTP/2 connection that nobody takes: its flow control keeps them above the
/// channel, which stays writable, so that nobody below sees them wait.
///
/// It looks once in the time that a client has. A stream that waited then and waits now, and whose
/// window has not moved, is reset; where that is all the connection is for, it is closed. Used on
/// the event loop of the connection. *Lifetime*: that of the connection.
final class StalledStreams extends Http2FrameListenerDecorator {
  private final Http2ConnectionHandler handler;
  private final Channel channel;

  /// Streams that waited at the last look.
  private Map<Integer, Waiting> waiting = new HashMap<>();

  private static final class Waiting {
    private final int window;
    private boolean isOpened;

    Waiting(int window) {
      this.window = window;
    }
  }

  private StalledStreams(
      Http2FrameListener listener, Http2ConnectionHandler handler, Channel channel) {
    super(listener);
    this.handler = handler;
    this.channel = channel;
  }

  /// Begins to look after a connection; call on its event loop.
  static void watch(Channel channel, Duration stall) {
    Http2ConnectionHandler handler =
        Objects.requireNonNull(
            channel.pipeline().get(Http2ConnectionHandler.class), "a connection of HTTP/2");
    StalledStreams streams =
        new StalledStreams(handler.decoder().frameListener(), handler, channel);
    handler.decoder().frameListener(streams);
    ScheduledFuture<?> looking =
        channel
            .eventLoop()
            .scheduleWithFixedDelay(
                streams::look, stall.toNanos(), stall.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(_ -> looking.cancel(false));
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext context, int stream, int increment)
      throws Http2Exception {
    Waiting opened = waiting.get(stream);
    if (opened != null) {
      opened.isOpened = true; // what is written then may leave the window as it was
    }
    super.onWindowUpdateRead(context, stream, increment);
  }

  private void look() {
    Http2RemoteFlowController flow = handler.encoder().flowController();
    Map<Integer, Waiting> now = new HashMap<>();
    List<Integer> stalled = new ArrayList<>();
    try {
      handler
          .connection()
          .forEachActiveStream(stream -> {
            if (isWaiting(stream, flow)) {
              Waiting is = new Waiting(flow.windowSize(stream));
              now.put(stream.id(), is);
              if (hasNotMoved(stream, is)) {
                stalled.add(stream.id());
              }
            }
            return true;
          });
    } catch (Http2Exception e) {
      throw new IllegalStateException("looking at streams alone throws nothing", e);
    }
    waiting = now;
    if (!stalled.isEmpty() && stalled.size() == handler.connection().numActiveStreams()) {
      ConnectionGuard.hangUp(channel);
      return;
    }
    ChannelHandlerContext context = channel.pipeline().context(handler);
    for (int stream : stalled) {
      handler.resetStream(context, stream, Http2Error.CANCEL.code(), context.newPromise());
    }
    if (!stalled.isEmpty()) {
      context.flush();
    }
  }

  /// Whether an answer has begun and finds no window. What is behind it waits in Vert.x, and some
  /// of it in the flow control.
  private static boolean isWaiting(Http2Stream stream, Http2RemoteFlowController flow) {
    return stream.isHeadersSent()
        && stream.state().localSideOpen()
        && (flow.hasFlowControlled(stream) || !flow.isWritable(stream));
  }

  private boolean hasNotMoved(Http2Stream stream, Waiting is) {
    Waiting was = waiting.get(stream.id());
    return was != null && !was.isOpened && was.window == is.window;
  }
}
