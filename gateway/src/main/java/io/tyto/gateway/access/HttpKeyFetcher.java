package io.tyto.gateway.access;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Reads documents of issuers over https, or over http from this machine.
///
/// Follows no redirects and asks no address that only this machine's neighbours have (link-local,
/// where clouds keep their secrets). A name that changes its address in between gains nothing: the
/// certificate must be that of the name.
final class HttpKeyFetcher implements KeyFetcher, AutoCloseable {
  static final int MAX_BYTES = 256 << 10;
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  @Override
  public byte[] fetch(URI address) throws IOException {
    requireAllowed(address);
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(DEADLINE)
            .header("Accept", "application/json")
            .GET()
            .build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), MAX_BYTES));
    try {
      HttpResponse<byte[]> response = answer.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
      if (response.statusCode() != 200) {
        throw new IOException(
            "%s answered %d, expected 200; redirects are not followed"
                .formatted(address, response.statusCode()));
      }
      return response.body();
    } catch (ExecutionException e) {
      throw new IOException("%s: %s".formatted(address, e.getCause()), e);
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("%s did not answer within %s".formatted(address, DEADLINE), e);
    } catch (InterruptedException e) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading " + address, e);
    }
  }

  /// What may be asked at all.
  static void requireAllowed(URI address) throws IOException {
    String host = address.getHost();
    if (host == null || address.getUserInfo() != null) {
      throw new IOException("%s is no address with a host and without a user".formatted(address));
    }
    boolean isSecure = "https".equals(address.getScheme());
    if (!isSecure && !"http".equals(address.getScheme())) {
      throw new IOException("%s: expected https".formatted(address));
    }
    for (InetAddress one : InetAddress.getAllByName(host)) {
      if (one.isLinkLocalAddress() || one.isMulticastAddress() || one.isAnyLocalAddress()) {
        throw new IOException(
            "%s is at %s, which is no address of an issuer"
                .formatted(address, one.getHostAddress()));
      }
      if (!isSecure && !one.isLoopbackAddress()) {
        throw new IOException(
            "%s: http is for issuers on this machine only, expected https".formatted(address));
      }
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
