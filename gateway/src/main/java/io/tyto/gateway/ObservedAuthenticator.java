package io.tyto.gateway;

import io.tyto.gateway.observe.Meter;
import io.tyto.gateway.observe.Meters;
import io.tyto.model.access.Caller;
import io.tyto.model.error.TytoException;

/// Counts who is not let in. Thread-safe.
final class ObservedAuthenticator implements Authenticator {
  private final Authenticator authenticator;
  private final Meters meters;

  ObservedAuthenticator(Authenticator authenticator, Meters meters) {
    this.authenticator = authenticator;
    this.meters = meters;
  }

  @Override
  public Caller authenticate(Credentials credentials) {
    try {
      return authenticator.authenticate(credentials);
    } catch (TytoException e) {
      meters.count(Meter.AUTH_FAILURES, 1, e.code().name());
      throw e;
    }
  }

  @Override
  public boolean isStillValid(Caller caller) {
    return authenticator.isStillValid(caller);
  }
}
