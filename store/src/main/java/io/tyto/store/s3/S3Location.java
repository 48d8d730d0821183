package io.tyto.store.s3;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Where the objects of a store lie. Immutable.
///
/// @param endpoint scheme, host and port of a server; null: Amazon's own in the region
/// @param region that signatures name
/// @param prefix of all keys, without `/` at its ends; may be empty
public record S3Location(@Nullable URI endpoint, String region, String bucket, String prefix) {
  private static final Pattern STORE =
      Pattern.compile(
          "s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/([A-Za-z0-9][A-Za-z0-9._/-]*?))?/?");
  private static final Pattern ENDPOINT = Pattern.compile("https?://[^/?#@]+/?");
  private static final Pattern REGION = Pattern.compile("[a-z0-9-]+");

  /// CONFIG_INVALID where a part is not as it must be.
  ///
  /// @param store such as `s3://bucket/prefix`
  /// @param endpoint such as `http://127.0.0.1:9000`; null: Amazon's own
  public static S3Location of(String store, @Nullable String endpoint, String region) {
    Matcher parts = STORE.matcher(store);
    if (!parts.matches() || store.substring("s3://".length()).contains("//")) {
      throw invalid("store", store, "s3://BUCKET or s3://BUCKET/PREFIX");
    }
    if (endpoint != null && !ENDPOINT.matcher(endpoint).matches()) {
      throw invalid("endpoint", endpoint, "http or https, a host and perhaps a port");
    }
    if (!REGION.matcher(region).matches()) {
      throw invalid("region", region, "a name such as eu-central-1");
    }
    String prefix = parts.group(2);
    return new S3Location(
        endpoint == null ? null : URI.create(endpoint).resolve("/"),
        region,
        Objects.requireNonNull(parts.group(1)),
        prefix == null ? "" : prefix);
  }

  private static TytoException invalid(String what, String value, String expected) {
    return new TytoException(
        ErrorCode.CONFIG_INVALID,
        "The %s of a store in S3 is '%s', expected %s.".formatted(what, value, expected));
  }

  /// The store key's name in the bucket, also of the beginning of a key.
  String name(String key) {
    return prefix.isEmpty() ? key : prefix + "/" + key;
  }

  /// Address of an object.
  ///
  /// @param key a well-formed key, of whose characters none needs to be escaped
  URI object(String key) {
    return address(name(key), Map.of());
  }

  /// Address of the bucket with a question.
  URI bucket(Map<String, String> parameters) {
    return address("", parameters);
  }

  private URI address(String path, Map<String, String> parameters) {
    String query =
        new TreeMap<>(parameters)
            .entrySet().stream()
                .map(each -> escape(each.getKey()) + "=" + escape(each.getValue()))
                .collect(Collectors.joining("&"));
    return URI.create(base() + path + (query.isEmpty() ? "" : "?" + query));
  }

  /// A bucket is part of the path at servers, which seldom have a name for each, and where a dot in
  /// its name would not match the certificate.
  private String base() {
    if (endpoint != null) {
      return endpoint + bucket + "/";
    }
    return bucket.indexOf('.') >= 0
        ? "https://s3.%s.amazonaws.com/%s/".formatted(region, bucket)
        : "https://%s.s3.%s.amazonaws.com/".formatted(bucket, region);
  }

  /// As signatures want it: all but letters, digits and `-._~`.
  private static String escape(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  @Override
  public String toString() {
    String at = endpoint == null ? "region " + region : endpoint.toString();
    return "s3://%s at %s".formatted(prefix.isEmpty() ? bucket : bucket + "/" + prefix, at);
  }
}
