package io.tyto.gateway;

import io.tyto.gateway.limits.CostGate;
import java.time.InstantSource;

/// Who may come, and how much they may ask.
public record Guards(Authenticator authenticator, CostGate gate) {
  /// Of a server that asks nobody who they are and limits nobody.
  public static Guards open(InstantSource clock) {
    return new Guards(
        Authenticator.OPEN, new CostGate(CostGate.Limits.NONE, CostGate.scansOfMachine(), clock));
  }
}
