package io.tyto.gateway.export;

import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.model.access.Caller;
import io.tyto.model.query.QueryContext;
import io.tyto.model.query.QueryGate;
import java.time.Duration;
import java.util.function.UnaryOperator;

/// What an export asks with. Thread-safe.
public interface Asking {
  /// DOCUMENT_NOT_TRUSTED where the caller may ask only what an operator has registered.
  void requireUntrusted(Caller caller);

  /// The API as the caller sees it; may block.
  GraphQlApi api(Caller caller);

  /// @param gate what is to stand before the gate of all queries
  QueryContext newContext(Caller caller, Duration timeout, UnaryOperator<QueryGate> gate);

  /// Whether a caller that was let in would be let in again.
  boolean isStillValid(Caller caller);
}
