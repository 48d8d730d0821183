package io.tyto.model.port;

import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.port.KeyService.KeyInput;
import io.tyto.model.port.KeyService.NewKey;
import java.time.Duration;
import java.util.List;

/// API keys as callers may handle them: an operator all of them, an admin of another project those
/// of that project, and nobody gets a secret that is good for more than their own. What is done is
/// noted. All of it is FORBIDDEN without the scope `admin`; a key of another project is NOT_FOUND.
/// Calls block; errors are those of {@link KeyService} beside these. Thread-safe.
public interface CallerKeys {
  /// Those that the caller may handle, the oldest first.
  List<ApiKey> keys(Caller caller);

  /// FORBIDDEN where the key would be good for more than the caller is.
  NewKey createKey(KeyInput input, Caller caller);

  /// The same where the key is.
  NewKey rotateKey(String id, Duration overlap, Caller caller);

  ApiKey revokeKey(String id, Caller caller);
}
