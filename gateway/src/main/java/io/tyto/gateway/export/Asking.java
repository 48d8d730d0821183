package io.tyto.gateway.export;

import io.tyto.graphqlschema.GraphQlApi;
import io.tyto.model.access.Caller;
import io.tyto.model.query.QueryContext;
import java.time.Duration;

/// What an export asks with. Thread-safe.
public interface Asking {
  /// DOCUMENT_NOT_TRUSTED where the caller may ask only what an operator has registered.
  void requireUntrusted(Caller caller);

  /// The API as the caller sees it; may block.
  GraphQlApi api(Caller caller);

  QueryContext newContext(Caller caller, Duration timeout);
}
