package io.tyto.gateway;

import io.netty.handler.codec.compression.Brotli;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.compression.StandardCompressionOptions;
import io.tyto.gateway.http.ConnectionGuard;
import io.tyto.gateway.http.ListenAddress;
import io.tyto.gateway.http.TlsFiles;
import io.tyto.gateway.http.TlsReload;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ServerSSLOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The addresses that are listened on: that of callers, that of operators, and one of this machine
/// for the server's own commands where that of operators is not one. *Lifetime*: that of their
/// Vert.x.
final class Listeners {
  private static final int MAX_HEADER_BYTES = 16 << 10;
  private static final int MAX_URL_BYTES = 16 << 10;
  private static final int IDLE_SECONDS = 120;
  private static final int START_SECONDS = 30;
  private static final int HANDSHAKE_SECONDS = 10;

  /// Of one HTTP/2 connection at once.
  private static final int MAX_STREAMS = 100;

  /// Streams that a client may begin and call off within the time below.
  private static final int MAX_RESETS = 200;

  private static final int RESET_SECONDS = 30;

  private final Vertx vertx;
  private final GatewayOptions options;
  private final ConnectionGuard guard;
  private final @Nullable ServerSSLOptions tls;

  /// Null: nobody but operators.
  private final @Nullable HttpServer callers;

  private final HttpServer operators;
  private final HttpServer commands;

  /// Listens everywhere; BAD_USER_INPUT where an address cannot be had, CONFIG_INVALID where the
  /// certificate cannot be used.
  Listeners(
      Vertx vertx,
      GatewayOptions options,
      boolean isOpen,
      Function<Door, Handler<HttpServerRequest>> router) {
    this.vertx = vertx;
    this.options = options;
    this.guard = new ConnectionGuard(options.http().connections());
    TlsFiles files = options.http().tls();
    this.tls = files == null ? null : files.load(vertx);
    ListenAddress admin = options.http().admin();
    List<HttpServer> secured = new ArrayList<>();
    this.callers = options.host().isEmpty() ? null : callers(isOpen, router);
    Handler<HttpServerRequest> operating =
        router.apply(new Door(true, isOpen && admin.isLoopback()));
    boolean isOutside = !admin.isLoopback();
    this.operators = listen(admin, isOutside ? tls : null, "--admin-listen", operating);
    this.commands =
        isOutside
            ? listen(ListenAddress.ANY_OF_LOOPBACK, null, "--admin-listen", operating)
            : operators;
    if (files != null) {
      if (callers != null) {
        secured.add(callers);
      }
      if (isOutside) {
        secured.add(operators);
      }
      TlsReload.start(files, vertx, List.copyOf(secured));
    }
  }

  private HttpServer callers(boolean isOpen, Function<Door, Handler<HttpServerRequest>> router) {
    ListenAddress address = new ListenAddress(options.host(), options.port());
    Door door = new Door(false, isOpen && address.isLoopback());
    return listen(address, tls, "--listen", router.apply(door));
  }

  /// -1 where no callers are listened to.
  int port() {
    return callers == null ? -1 : callers.actualPort();
  }

  int adminPort() {
    return operators.actualPort();
  }

  /// Where this machine's commands ask, in clear text.
  int commandPort() {
    return commands.actualPort();
  }

  private HttpServer listen(
      ListenAddress address,
      @Nullable ServerSSLOptions secret,
      String flag,
      Handler<HttpServerRequest> router) {
    HttpServer server =
        vertx
            .createHttpServer(httpOptions(address, secret))
            .connectionHandler(guard::watch)
            .requestHandler(router);
    try {
      return server
          .listen()
          .toCompletionStage()
          .toCompletableFuture()
          .get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      if (address.mayMove()) {
        return listen(new ListenAddress(address.host(), 0), secret, flag, router);
      }
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "cannot listen on %s:%d: %s; is another server running there? choose with %s host:port"
              .formatted(address.host(), address.port(), cause(e), flag),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(ErrorCode.CANCELLED, "interrupted while starting to listen", e);
    }
  }

  private HttpServerOptions httpOptions(ListenAddress address, @Nullable ServerSSLOptions secret) {
    HttpServerOptions http =
        new HttpServerOptions()
            .setHost(address.host())
            .setPort(address.port())
            .setMaxHeaderSize(MAX_HEADER_BYTES)
            .setMaxInitialLineLength(MAX_URL_BYTES)
            .setIdleTimeout(IDLE_SECONDS)
            // HTTP/2 comes with TLS; an upgrade in clear text would hold whole bodies.
            .setHttp2ClearTextEnabled(false)
            .setInitialSettings(
                new Http2Settings()
                    .setMaxConcurrentStreams(MAX_STREAMS)
                    .setMaxHeaderListSize(MAX_HEADER_BYTES))
            .setHttp2RstFloodMaxRstFramePerWindow(MAX_RESETS)
            .setHttp2RstFloodWindowDuration(RESET_SECONDS)
            // Without it curl waits a second before it sends a body beyond 1 MB.
            .setHandle100ContinueAutomatically(true)
            .setCompressionSupported(true)
            .setCompressors(compressors())
            .addWebSocketSubProtocol(GraphQlSocket.PROTOCOL)
            .setMaxWebSocketFrameSize(options.sockets().maxMessageBytes())
            .setMaxWebSocketMessageSize(options.sockets().maxMessageBytes())
            // Each would hold a window of its own for as long as it is open.
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false);
    if (secret != null) {
      secret.getEnabledCipherSuites().forEach(http::addEnabledCipherSuite);
      http.setSsl(true)
          .setUseAlpn(true)
          .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
          .setKeyCertOptions(secret.getKeyCertOptions())
          .setEnabledSecureTransportProtocols(secret.getEnabledSecureTransportProtocols())
          .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
          .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS);
    }
    return http;
  }

  /// Of equal ones the client's order decides, and browsers name the best last.
  private static List<CompressionOptions> compressors() {
    List<CompressionOptions> all = new ArrayList<>();
    all.add(StandardCompressionOptions.gzip());
    all.add(StandardCompressionOptions.deflate());
    if (Brotli.isAvailable()) { // there is a library of it for this platform
      all.add(StandardCompressionOptions.brotli());
    }
    return all;
  }

  private static String cause(Exception e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    String message = cause.getMessage();
    return message == null ? cause.toString() : message;
  }
}
