package io.tyto.gateway.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Names for versions of answers, and the answer to who has the version already.
public final class Etag {
  /// What answers vary by that are made for a caller.
  public static final String BY_CALLER = "Authorization, X-Api-Key";

  private static final int BYTES = 16;
  private static final int NOT_MODIFIED = 304;

  private Etag() {}

  /// A weak tag: answers of one tag mean the same, though not to the byte.
  public static String weak(Object... parts) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
    for (Object part : parts) {
      byte[] text = String.valueOf(part).getBytes(StandardCharsets.UTF_8);
      // Lengths stand before texts, so that no two lists look alike.
      digest.update((text.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(text);
    }
    return "W/\"" + HexFormat.of().formatHex(digest.digest(), 0, BYTES) + '"';
  }

  /// Tells the version, and answers with 304 where the client has it; returns whether it did.
  public static boolean answered(HttpServerRequest request, String etag) {
    HttpServerResponse response = request.response();
    response.putHeader("ETag", etag).putHeader("Cache-Control", "private, no-cache");
    for (String header : request.headers().getAll("If-None-Match")) {
      for (String known : header.split(",")) {
        if (known.strip().equals("*") || opaque(known).equals(opaque(etag))) {
          if (!response.closed() && !response.ended()) {
            response.setStatusCode(NOT_MODIFIED).end();
          }
          return true;
        }
      }
    }
    return false;
  }

  private static String opaque(String etag) {
    String text = etag.strip();
    return text.startsWith("W/") ? text.substring(2) : text;
  }
}
