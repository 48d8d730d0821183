package io.tyto.gateway.http;

import io.tyto.gateway.document.DocumentOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How HTTP is spoken, and how long anybody may take to speak it.
///
/// @param bodyTimeout how long a client may take to send a body
/// @param bodyIdle how long it may pause on the way
/// @param corsOrigins whose pages may ask, see {@link Cors}
/// @param tls null serves in clear text
/// @param admin where operators ask
public record HttpOptions(
    HttpProfile profile,
    Duration bodyTimeout,
    Duration bodyIdle,
    ConnectionLimits connections,
    List<String> corsOrigins,
    DocumentOptions documents,
    @Nullable TlsFiles tls,
    ListenAddress admin) {

  public static final HttpOptions DEFAULT =
      new HttpOptions(
          HttpProfile.COMPATIBLE,
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          ConnectionLimits.DEFAULT,
          List.of(),
          DocumentOptions.DEFAULT,
          null,
          ListenAddress.ANY_OF_LOOPBACK);

  public HttpOptions withProfile(HttpProfile other) {
    return new HttpOptions(
        other, bodyTimeout, bodyIdle, connections, corsOrigins, documents, tls, admin);
  }

  public HttpOptions withBodies(Duration timeout, Duration idle) {
    return new HttpOptions(profile, timeout, idle, connections, corsOrigins, documents, tls, admin);
  }

  public HttpOptions withConnections(ConnectionLimits other) {
    return new HttpOptions(
        profile, bodyTimeout, bodyIdle, other, corsOrigins, documents, tls, admin);
  }

  public HttpOptions withCorsOrigins(List<String> origins) {
    return new HttpOptions(
        profile, bodyTimeout, bodyIdle, connections, List.copyOf(origins), documents, tls, admin);
  }

  public HttpOptions withDocuments(DocumentOptions other) {
    return new HttpOptions(
        profile, bodyTimeout, bodyIdle, connections, corsOrigins, other, tls, admin);
  }

  public HttpOptions withTls(@Nullable TlsFiles other) {
    return new HttpOptions(
        profile, bodyTimeout, bodyIdle, connections, corsOrigins, documents, other, admin);
  }

  public HttpOptions withAdmin(ListenAddress other) {
    return new HttpOptions(
        profile, bodyTimeout, bodyIdle, connections, corsOrigins, documents, tls, other);
  }
}
