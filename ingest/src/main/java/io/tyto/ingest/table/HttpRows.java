package io.tyto.ingest.table;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/// A file behind a URL.
///
/// @param timeout until the answer begins; the load as a whole has the same one
record HttpRows(String url, Duration timeout) {
  private static final int OK = 200;

  void read(TableRows rows) throws IOException {
    URI uri = URI.create(url);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("Accept", "application/x-ndjson, application/json, text/csv, */*")
            .GET()
            .build();
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(timeout)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      HttpResponse<InputStream> response =
          client.send(request, HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() != OK) {
          throw new TytoException(
              ErrorCode.STORE_FAILED,
              "%s answered status %d, expected 200".formatted(uri, response.statusCode()));
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        rows.addAll(body, path.substring(path.lastIndexOf('/') + 1));
      } finally {
        client.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.CANCELLED, "the load of %s was interrupted".formatted(uri), e);
    }
  }
}
