package io.tyto.store.s3;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs requests as AWS asks for (Signature Version 4, in headers, for S3). Thread-safe: no state.
record S3Signer(S3Credentials credentials, String region) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int DAY_DIGITS = 8;

  /// The headers to send: those given, and what signs them.
  ///
  /// @param uri with its path and query escaped
  /// @param headers all but `Host`; every one of them is signed
  /// @param payloadSha256 lower-case hex
  Map<String, String> sign(
      String method, URI uri, Map<String, String> headers, String payloadSha256, Instant now) {
    String time = TIME.format(now);
    Map<String, String> sent = new TreeMap<>();
    headers.forEach((name, value) -> sent.put(name.toLowerCase(Locale.ROOT), value.strip()));
    sent.put("x-amz-content-sha256", payloadSha256);
    sent.put("x-amz-date", time);
    if (credentials.sessionToken() != null) {
      sent.put("x-amz-security-token", credentials.sessionToken());
    }
    Map<String, String> signed = new TreeMap<>(sent);
    signed.put("host", host(uri));
    String names = String.join(";", signed.keySet());
    String canonical =
        "%s\n%s\n%s\n%s\n%s\n%s"
            .formatted(method, path(uri), query(uri), lines(signed), names, payloadSha256);
    String scope = "%s/%s/s3/aws4_request".formatted(time.substring(0, DAY_DIGITS), region);
    String text =
        "%s\n%s\n%s\n%s"
            .formatted(ALGORITHM, time, scope, sha256(canonical.getBytes(StandardCharsets.UTF_8)));
    sent.put(
        "authorization",
        "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            .formatted(
                ALGORITHM,
                credentials.accessKeyId(),
                scope,
                names,
                HexFormat.of().formatHex(hmac(key(scope), text))));
    return sent;
  }

  /// As the JDK's client sends it: without the port that the scheme implies.
  private static String host(URI uri) {
    int usual = "https".equals(uri.getScheme()) ? 443 : 80;
    String host = Objects.requireNonNull(uri.getHost());
    return uri.getPort() < 0 || uri.getPort() == usual ? host : host + ":" + uri.getPort();
  }

  private static String path(URI uri) {
    String path = Objects.requireNonNull(uri.getRawPath());
    return path.isEmpty() ? "/" : path;
  }

  private static String query(URI uri) {
    String query = uri.getRawQuery();
    if (query == null) {
      return "";
    }
    return Arrays.stream(query.split("&"))
        .map(part -> part.indexOf('=') < 0 ? part + "=" : part)
        .sorted()
        .collect(Collectors.joining("&"));
  }

  private static String lines(Map<String, String> headers) {
    return headers.entrySet().stream()
        .map(each -> each.getKey() + ":" + each.getValue() + "\n")
        .collect(Collectors.joining());
  }

  /// The key of one day, region and service.
  private byte[] key(String scope) {
    byte[] key = ("AWS4" + credentials.secretKey()).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/")) {
      key = hmac(key, part);
    }
    return key;
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(sha256Digest().digest(bytes));
  }

  static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
