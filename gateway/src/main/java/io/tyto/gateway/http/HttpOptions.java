package io.tyto.gateway.http;

import io.tyto.gateway.document.DocumentOptions;
import java.time.Duration;
import java.util.List;

/// How HTTP is spoken, and how long anybody may take to speak it.
///
/// @param bodyTimeout how long a client may take to send a body
/// @param bodyIdle how long it may pause on the way
/// @param corsOrigins whose pages may ask, see {@link Cors}
public record HttpOptions(
    HttpProfile profile,
    Duration bodyTimeout,
    Duration bodyIdle,
    List<String> corsOrigins,
    DocumentOptions documents) {

  public static final HttpOptions DEFAULT =
      new HttpOptions(
          HttpProfile.COMPATIBLE,
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          List.of(),
          DocumentOptions.DEFAULT);

  public HttpOptions withProfile(HttpProfile other) {
    return new HttpOptions(other, bodyTimeout, bodyIdle, corsOrigins, documents);
  }

  public HttpOptions withBodies(Duration timeout, Duration idle) {
    return new HttpOptions(profile, timeout, idle, corsOrigins, documents);
  }

  public HttpOptions withCorsOrigins(List<String> origins) {
    return new HttpOptions(profile, bodyTimeout, bodyIdle, List.copyOf(origins), documents);
  }

  public HttpOptions withDocuments(DocumentOptions other) {
    return new HttpOptions(profile, bodyTimeout, bodyIdle, corsOrigins, other);
  }
}
