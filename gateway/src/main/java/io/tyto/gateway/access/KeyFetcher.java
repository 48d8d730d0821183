package io.tyto.gateway.access;

import java.io.IOException;
import java.net.URI;

/// Reads a small document of an issuer of tokens. Blocks for a bounded time; thread-safe.
interface KeyFetcher {
  /// @throws IOException where it cannot be had, with a message for operators
  byte[] fetch(URI address) throws IOException;
}
