package io.tyto.gateway;

import io.tyto.gateway.document.DocumentPolicy;
import io.tyto.gateway.limits.CostGate;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.Caller;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.function.Supplier;

/// Who may come, how much they may ask, and in which documents.
///
/// @param documents of each caller; what the server says for all of them can only be stricter
/// @param rules what roles allow and what classes of limits there are, as it is now
public record Guards(
    Authenticator authenticator,
    CostGate gate,
    Function<Caller, DocumentPolicy> documents,
    Supplier<AccessRules> rules) {

  /// Whoever may come may send any document that the server takes.
  public Guards(Authenticator authenticator, CostGate gate) {
    this(authenticator, gate, _ -> DocumentPolicy.ANY, () -> AccessRules.NONE);
  }

  /// Of a server that asks nobody who they are and limits nobody.
  public static Guards open(InstantSource clock) {
    return new Guards(
        Authenticator.OPEN, new CostGate(CostGate.Limits.NONE, CostGate.scansOfMachine(), clock));
  }
}
