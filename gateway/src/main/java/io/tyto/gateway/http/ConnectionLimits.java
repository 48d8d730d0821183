package io.tyto.gateway.http;

import java.time.Duration;

/// What one connection, and all of one address, may do to us.
///
/// @param headTimeout how long the head of a request may take, from its first byte or the
///   connection's begin
/// @param writeStall how long a client may take nothing of what is sent
/// @param perAddress connections of one address at once
public record ConnectionLimits(Duration headTimeout, Duration writeStall, int perAddress) {
  public static final ConnectionLimits DEFAULT =
      new ConnectionLimits(Duration.ofSeconds(10), Duration.ofSeconds(30), 1_000);
}
