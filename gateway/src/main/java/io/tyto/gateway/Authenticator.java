package io.tyto.gateway;

import io.tyto.model.access.Caller;

/// Finds out who sends a request. Thread-safe; must not block, as it runs on event loops.
public interface Authenticator {
  /// Of a server that asks nobody who they are.
  Authenticator OPEN = credentials -> Caller.OPEN;

  /// UNAUTHENTICATED, or RATE_LIMITED after too many wrong guesses; both tell nothing of keys.
  Caller authenticate(Credentials credentials);

  /// Whether a caller that was let in before would be let in again, as the same: asked now and then
  /// for connections that stay open.
  default boolean isStillValid(Caller caller) {
    return true;
  }
}
