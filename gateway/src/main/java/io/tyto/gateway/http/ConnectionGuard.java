package io.tyto.gateway.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Hangs up on connections that hold us: heads that never end, answers that nobody takes, and more
/// of one address than may be. Vert.x has time limits for silence only, and who sends a byte now
/// and then is never silent; so this looks at the channel below it. Thread-safe.
public final class ConnectionGuard {
  /// Requests of one connection that wait for their answers; browsers send one after the other.
  private static final int MAX_PIPELINED = 32;

  private final ConnectionLimits limits;
  private final AddressCounts addresses;

  public ConnectionGuard(ConnectionLimits limits) {
    this.limits = limits;
    this.addresses = new AddressCounts(limits.perAddress());
  }

  /// Takes over a connection that has just been made; call on its event loop.
  public void watch(HttpConnection connection) {
    Channel channel = ((ConnectionBase) connection).channel();
    String address =
        connection.remoteAddress() == null
            ? ""
            : String.valueOf(connection.remoteAddress().hostAddress());
    if (!addresses.enter(address)) {
      hangUp(channel);
      return;
    }
    channel.closeFuture().addListener(_ -> addresses.leave(address));
    channel.pipeline().addFirst(new StalledWrites());
    if (connection.protocolVersion() == HttpVersion.HTTP_2) {
      StalledStreams.watch(channel, limits.writeStall());
    } else {
      Heads heads = new Heads(channel);
      channel.pipeline().addFirst(heads.new Bytes());
      // Where requests are whole, and before what packs answers remembers one for each.
      channel.pipeline().addAfter("httpEncoder", "heads", heads);
      heads.expect();
    }
  }

  /// Closes at once, whatever still waits to be sent: {@link HttpConnection#close} waits for it,
  /// and for ever where nobody takes it.
  public static void hangUp(HttpConnection connection) {
    hangUp(((ConnectionBase) connection).channel());
  }

  static void hangUp(Channel channel) {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first != null) {
      first.close(); // from here it does not pass the handler of Vert.x, which would wait
    }
  }

  /// Closes where the head of a request is not there in time. Used on the event loop.
  private final class Heads extends ChannelDuplexHandler {
    private final Channel channel;
    private @Nullable ScheduledFuture<?> deadline;

    /// Requests whose answers are not sent yet; a WebSocket stays one.
    private int open;

    /// Whether a body is still coming.
    private boolean isInRequest;

    /// Whether what was read last was part of a request.
    private boolean isHeadSeen;

    Heads(Channel channel) {
      this.channel = channel;
    }

    void expect() {
      if (deadline == null && open == 0 && !isInRequest) {
        deadline =
            channel
                .eventLoop()
                .schedule(
                    () -> hangUp(channel), limits.headTimeout().toNanos(), TimeUnit.NANOSECONDS);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      boolean isBroken =
          message instanceof HttpContent content
              && !(message instanceof HttpRequest)
              && content.decoderResult().isFailure();
      if (isBroken || open >= MAX_PIPELINED || !channel.isActive()) {
        ReferenceCountUtil.release(message);
        hangUp(channel);
        return;
      }
      isHeadSeen = true;
      isInRequest = !(message instanceof LastHttpContent);
      if (message instanceof HttpRequest) {
        open++;
        if (deadline != null) {
          deadline.cancel(false);
          deadline = null;
        }
      }
      super.channelRead(context, message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise)
        throws Exception {
      boolean isInterim =
          message instanceof HttpResponse response
              && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
      if (message instanceof LastHttpContent && !isInterim) {
        open = Math.max(0, open - 1);
      }
      super.write(context, message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
      if (deadline != null) {
        deadline.cancel(false);
      }
      super.channelInactive(context);
    }

    /// Sits where bytes come in: whatever has not become a head when they were decoded is the begin
    /// of one.
    final class Bytes extends ChannelInboundHandlerAdapter {
      @Override
      public void channelRead(ChannelHandlerContext context, Object message) {
        isHeadSeen = false;
        context.fireChannelRead(message);
        if (!isHeadSeen) {
          expect();
        }
      }
    }
  }

  /// Closes where nothing is taken for a while although something is to be sent.
  private final class StalledWrites extends ChannelInboundHandlerAdapter {
    private @Nullable State last;

    /// What tells whether anything was taken. More may come to wait meanwhile.
    private record State(int first, long progress) {}

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
      if (!context.channel().isWritable() && last == null) {
        look(context.channel());
      }
      super.channelWritabilityChanged(context);
    }

    private void look(Channel channel) {
      ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
      if (waiting == null || channel.isWritable()) {
        last = null;
        return;
      }
      State now = new State(System.identityHashCode(waiting.current()), waiting.currentProgress());
      if (now.equals(last)) {
        hangUp(channel);
        return;
      }
      last = now;
      channel
          .eventLoop()
          .schedule(() -> look(channel), limits.writeStall().toNanos(), TimeUnit.NANOSECONDS);
    }
  }
}
