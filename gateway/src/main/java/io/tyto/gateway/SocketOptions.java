package io.tyto.gateway;

import java.time.Duration;

/// What connections that stay open may cost: WebSockets and event streams.
///
/// @param maxConnections of both kinds together
/// @param maxSubscriptions operations under way on one WebSocket
/// @param maxMessageBytes largest message of a client
/// @param initTimeout how long a WebSocket may take to say `connection_init`
/// @param pingEvery how often a quiet connection is told that it is alive
/// @param stallTimeout how long a client may take nothing, or say nothing to pings, before it is
///   taken for gone
public record SocketOptions(
    int maxConnections,
    int maxSubscriptions,
    int maxMessageBytes,
    Duration initTimeout,
    Duration pingEvery,
    Duration stallTimeout) {

  public static final SocketOptions DEFAULT =
      new SocketOptions(
          5_000,
          100,
          256 << 10,
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          Duration.ofSeconds(60));

  public SocketOptions withConnections(int most) {
    return new SocketOptions(
        most, maxSubscriptions, maxMessageBytes, initTimeout, pingEvery, stallTimeout);
  }
}
