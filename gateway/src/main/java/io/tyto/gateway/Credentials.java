package io.tyto.gateway;

import org.jspecify.annotations.Nullable;

/// What a request says about who sends it.
///
/// @param bearer of the `Authorization` header: a key or a token
/// @param apiKey of the `X-Api-Key` header
/// @param remoteAddress where the connection comes from, as text
public record Credentials(@Nullable String bearer, @Nullable String apiKey, String remoteAddress) {

  /// Never part of a log or a message.
  @Override
  public String toString() {
    return "credentials from " + remoteAddress;
  }
}
