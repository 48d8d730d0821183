package io.tyto.gateway.http;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;

/// Reads request bodies within a limit, so that no client makes the process grow.
public final class Bodies {
  private static final int CHUNK = 1 << 16;

  /// What is read and thrown away of a body that is refused, so that the client gets to see why.
  private static final long MAX_DISCARDED_BYTES = 256L << 20;

  /// Above this ratio a gzip body is a bomb, not data.
  private static final int MAX_RATIO = 100;

  private Bodies() {}

  /// UNSUPPORTED_MEDIA_TYPE for what is not sent as JSON in UTF-8. What a page of another site can
  /// send without asking us first, such as a form, is none of it.
  ///
  /// @param example of a body
  public static void requireJson(HttpServerRequest request, String example) {
    List<String> types = request.headers().getAll("Content-Type");
    MediaType type = types.size() == 1 ? MediaType.parse(types.getFirst()) : null;
    if (type == null || !type.name().equals("application/json") || !type.isUtf8()) {
      throw new TytoException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "found the Content-Type %s, expected application/json in utf-8, such as %s"
              .formatted(types.isEmpty() ? "of nothing" : String.join(", ", types), example));
    }
  }

  /// The whole body; fails with PAYLOAD_TOO_LARGE beyond `maxBytes`, with BAD_USER_INPUT where it
  /// comes too slowly, and with OVERLOADED where too much of other bodies is on its way. Call on
  /// the event loop.
  public static CompletableFuture<byte[]> read(
      HttpServerRequest request, int maxBytes, HttpOptions options, String setting) {
    return read(request, maxBytes, options, setting, BodyBytes.OF_PROCESS);
  }

  /// @param bytes of all bodies under way; this one's are given back once it is there, or failed
  static CompletableFuture<byte[]> read(
      HttpServerRequest request,
      int maxBytes,
      HttpOptions options,
      String setting,
      BodyBytes bytes) {
    CompletableFuture<byte[]> body = new CompletableFuture<>();
    long[] held = new long[1];
    // Whatever ends it does so on the event loop, as does what takes.
    CompletableFuture<byte[]> whole = body.whenComplete((_, _) -> bytes.give(held[0]));
    String announced = request.getHeader("Content-Length");
    if (announced != null
        && announced.matches("\\d{1,18}")
        && Long.parseLong(announced) > maxBytes) {
      body.completeExceptionally(tooLarge(maxBytes, setting));
    }
    Buffer collected = Buffer.buffer();
    BodyClock clock = new BodyClock(request, options, body);
    long[] received = new long[1];
    request.handler(chunk -> {
      clock.heard();
      received[0] += chunk.length();
      if (received[0] > MAX_DISCARDED_BYTES) {
        ConnectionGuard.hangUp(request.connection());
      } else if (received[0] > maxBytes) {
        body.completeExceptionally(tooLarge(maxBytes, setting));
      } else if (!body.isDone()) {
        try {
          bytes.take(chunk.length());
        } catch (TytoException e) {
          body.completeExceptionally(e);
          return;
        }
        held[0] += chunk.length();
        collected.appendBuffer(chunk);
      }
    });
    request.endHandler(_ -> {
      clock.stop();
      body.complete(collected.getBytes());
    });
    request.exceptionHandler(cause -> {
      clock.stop();
      // Whatever ends a body early is how it was sent: chunks that are none, or a client that left.
      body.completeExceptionally(
          new TytoException(
              ErrorCode.BAD_USER_INPUT,
              "the body cannot be read to its end as it was sent",
              cause));
    });
    request.resume();
    clock.start();
    return whole;
  }

  /// Reads and throws away what comes of a body that nobody wants, so that the client gets to see
  /// why. Call on the event loop.
  public static void discard(HttpServerRequest request) {
    if (request.isEnded()) {
      return;
    }
    CompletableFuture<byte[]> nobody = new CompletableFuture<>();
    BodyClock clock = new BodyClock(request, HttpOptions.DEFAULT, nobody);
    long[] received = new long[1];
    request.handler(chunk -> {
      clock.heard();
      received[0] += chunk.length();
      if (received[0] > MAX_DISCARDED_BYTES) {
        ConnectionGuard.hangUp(request.connection());
      }
    });
    request.endHandler(_ -> clock.stop());
    request.exceptionHandler(_ -> clock.stop());
    request.resume();
    clock.start();
  }

  /// Bytes that {@link #decode} makes at most of a body.
  public static long mostDecoded(HttpServerRequest request, byte[] body, int maxBytes) {
    String encoding = request.getHeader("Content-Encoding");
    boolean isPlain = encoding == null || encoding.equals("identity");
    return isPlain
        ? body.length
        : Math.min(maxBytes, Math.max(CHUNK, (long) body.length * MAX_RATIO));
  }

  /// Undoes gzip within a limit; UNSUPPORTED_MEDIA_TYPE for any other encoding.
  public static byte[] decode(
      HttpServerRequest request, byte[] body, int maxBytes, String setting) {
    String encoding = request.getHeader("Content-Encoding");
    if (encoding == null || encoding.equals("identity")) {
      return body;
    }
    if (!encoding.equals("gzip")) {
      throw new TytoException(
          ErrorCode.UNSUPPORTED_MEDIA_TYPE,
          "Content-Encoding " + encoding + ": send gzip or no encoding");
    }
    ByteArrayOutputStream plain = new ByteArrayOutputStream(body.length * 4);
    byte[] chunk = new byte[CHUNK];
    try (GZIPInputStream gzip = new GZIPInputStream(new ByteArrayInputStream(body))) {
      for (int n = gzip.read(chunk); n >= 0; n = gzip.read(chunk)) {
        if (plain.size() + n > maxBytes
            || (plain.size() + n > CHUNK && plain.size() + n > (long) body.length * MAX_RATIO)) {
          throw tooLarge(maxBytes, setting);
        }
        plain.write(chunk, 0, n);
      }
    } catch (IOException e) {
      throw new TytoException(
          ErrorCode.BAD_JSON, "the body says gzip but cannot be unpacked: " + e.getMessage(), e);
    }
    return plain.toByteArray();
  }

  private static TytoException tooLarge(int maxBytes, String setting) {
    return new TytoException(
        ErrorCode.PAYLOAD_TOO_LARGE,
        "the body is larger than %,d bytes (setting `%s`): send it in several requests%s"
            .formatted(
                maxBytes,
                setting,
                setting.equals("http.queryBytes") ? "" : ", or import a file with `tyto import`"));
  }
}
