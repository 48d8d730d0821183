package io.tyto.store.s3;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Signed requests to one server, each with a deadline. Thread-safe.
final class S3Client implements AutoCloseable {
  static final int OK = 200;
  static final int NO_CONTENT = 204;
  static final int PARTIAL = 206;
  static final int NOT_FOUND = 404;
  static final int CONFLICT = 409;
  static final int PRECONDITION_FAILED = 412;
  static final int NOT_IMPLEMENTED = 501;

  /// What is read of an answer with an error, or without content.
  static final long MAX_PROBLEM_BYTES = 64L << 10;

  private static final int TOO_MANY = 429;
  private static final int SERVER_ERRORS = 500;
  private static final String NO_BYTES = S3Signer.sha256(new byte[0]);

  private final HttpClient http;
  private final S3Signer signer;
  private final S3Patience patience;
  private final Clock clock;

  S3Client(S3Signer signer, S3Patience patience) {
    this.signer = signer;
    this.patience = patience;
    this.clock = Clock.systemUTC();
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(patience.connect())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /// @param sha256 of the body
  /// @param bytesSent length of the body
  /// @param maxBytes of the answer that is expected
  record Request(
      String method,
      URI uri,
      Map<String, String> headers,
      BodyPublisher body,
      String sha256,
      long bytesSent,
      long maxBytes) {

    /// Without a body.
    static Request of(String method, URI uri, Map<String, String> headers, long maxBytes) {
      return new Request(method, uri, headers, BodyPublishers.noBody(), NO_BYTES, 0, maxBytes);
    }

    long bytes() {
      return Math.max(bytesSent, maxBytes);
    }
  }

  /// A whole answer. The body is not copied.
  record Answer(int status, HttpHeaders headers, byte[] body) {
    boolean isGood() {
      return status == OK || status == NO_CONTENT || status == PARTIAL;
    }

    /// Whether the same request may be answered otherwise a little later.
    boolean isPassing() {
      return status == CONFLICT
          || status == TOO_MANY
          || status >= SERVER_ERRORS && status != NOT_IMPLEMENTED;
    }

    /// Whether a put that was answered so may have been applied.
    boolean isInDoubt() {
      return status >= SERVER_ERRORS && status != NOT_IMPLEMENTED;
    }

    S3Xml.Problem problem() {
      return S3Xml.problem(body);
    }

    @Override
    public String toString() {
      S3Xml.Problem problem = problem();
      return problem.code().isEmpty()
          ? "status " + status
          : "status %d, %s: %s".formatted(status, problem.code(), problem.message());
    }
  }

  /// One attempt. An IOException leaves open whether the request took effect.
  Answer exchange(Request request) throws IOException {
    Duration limit = S3Patience.extended(patience.answer(), request.bytes());
    CompletableFuture<HttpResponse<byte[]>> pending =
        http.sendAsync(
            signed(request),
            answer ->
                BodyHandlers.limiting(
                        BodyHandlers.ofByteArray(),
                        answer.statusCode() < 300 ? request.maxBytes() : MAX_PROBLEM_BYTES)
                    .apply(answer));
    try {
      // The client's own limit ends with the first byte of an answer; this one with the last.
      HttpResponse<byte[]> response = pending.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (TimeoutException e) {
      pending.cancel(true);
      IOException failure = new HttpTimeoutException("no answer within " + limit);
      failure.initCause(e);
      throw failure;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw new IOException(String.valueOf(cause), cause);
    } catch (InterruptedException e) {
      pending.cancel(true);
      Thread.currentThread().interrupt();
      throw new TytoException(
          ErrorCode.STORE_FAILED,
          "interrupted while the store was asked to %s %s"
              .formatted(request.method(), request.uri().getRawPath()),
          e);
    }
  }

  private HttpRequest signed(Request request) {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(request.uri()).method(request.method(), request.body());
    signer
        .sign(request.method(), request.uri(), request.headers(), request.sha256(), clock.instant())
        .forEach(builder::setHeader);
    return builder.build();
  }

  /// Asks until there is an answer that a repetition would not change. For requests that may be
  /// repeated. STORE_FAILED.
  ///
  /// @param what what is tried, such as `read 1/catalog/00000000000000000007`
  Answer ask(String what, Request request, Attempts attempts) {
    while (attempts.again()) {
      try {
        Answer answer = exchange(request);
        if (!answer.isPassing()) {
          return answer;
        }
        attempts.failed(answer.toString(), null);
      } catch (IOException e) {
        attempts.failed(describe(e), e);
      }
    }
    throw attempts.exhausted(what, "");
  }

  static String describe(IOException failure) {
    return failure.getClass().getSimpleName() + ": " + failure.getMessage();
  }

  /// Ends what is under way.
  @Override
  public void close() {
    http.shutdownNow();
  }
}
