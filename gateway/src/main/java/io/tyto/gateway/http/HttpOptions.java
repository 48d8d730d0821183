package io.tyto.gateway.http;

import java.time.Duration;

/// How HTTP is spoken, and how long anybody may take to speak it.
///
/// @param bodyTimeout how long a client may take to send a body
/// @param bodyIdle how long it may pause on the way
public record HttpOptions(HttpProfile profile, Duration bodyTimeout, Duration bodyIdle) {

  public static final HttpOptions DEFAULT =
      new HttpOptions(HttpProfile.COMPATIBLE, Duration.ofSeconds(60), Duration.ofSeconds(15));

  public HttpOptions withProfile(HttpProfile other) {
    return new HttpOptions(other, bodyTimeout, bodyIdle);
  }
}
