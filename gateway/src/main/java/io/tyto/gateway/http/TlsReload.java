package io.tyto.gateway.http;

import io.tyto.model.error.TytoException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Takes a new certificate while serving, as soon as its files have changed: for connections that
/// are made from then on. A pair that cannot be used changes nothing, and is told to the log.
///
/// Looks at the times of the files instead of waiting for news of the file system, which those that
/// are mounted over a network, or changed by a link, do not send.
public final class TlsReload {
  private static final System.Logger LOG = System.getLogger(TlsReload.class.getName());
  private static final long LOOK_MILLIS = 2_000;
  private static final long TAKE_SECONDS = 10;

  private final TlsFiles files;
  private final Vertx vertx;
  private final List<HttpServer> servers;
  private final AtomicBoolean isLooking = new AtomicBoolean();

  /// Of the certificate that is served.
  private TlsFiles.@Nullable Version known;

  /// Of files that could not be used: tried again, and told once.
  private TlsFiles.@Nullable Version refused;

  private TlsReload(TlsFiles files, Vertx vertx, List<HttpServer> servers) {
    this.files = files;
    this.vertx = vertx;
    this.servers = servers;
    this.known = version();
  }

  /// Looks until the servers' Vert.x is closed.
  public static void start(TlsFiles files, Vertx vertx, List<HttpServer> servers) {
    TlsReload reload = new TlsReload(files, vertx, servers);
    vertx.setPeriodic(LOOK_MILLIS, _ -> Thread.startVirtualThread(reload::look));
  }

  private TlsFiles.@Nullable Version version() {
    try {
      return files.version();
    } catch (IOException e) {
      return null; // between the removal of a file and its replacement
    }
  }

  private void look() {
    if (!isLooking.compareAndSet(false, true)) {
      return;
    }
    TlsFiles.Version now = version();
    try {
      if (now == null || now.equals(known)) {
        return;
      }
      take(files.load(vertx));
      LOG.log(System.Logger.Level.INFO, "took a new certificate from {0}", files.certificate());
      known = now;
    } catch (TytoException e) {
      keep(now, String.valueOf(e.getMessage()));
    } catch (ExecutionException | TimeoutException e) {
      keep(now, "a server did not take the new one: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      isLooking.set(false);
    }
  }

  private void take(ServerSSLOptions options)
      throws ExecutionException, TimeoutException, InterruptedException {
    for (HttpServer server : servers) {
      server
          .updateSSLOptions(options)
          .toCompletionStage()
          .toCompletableFuture()
          .get(TAKE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void keep(TlsFiles.@Nullable Version now, String why) {
    if (now == null || now.equals(refused)) {
      return;
    }
    refused = now;
    LOG.log(System.Logger.Level.WARNING, "keeps the certificate it has: {0}", why);
  }
}
