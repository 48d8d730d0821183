package io.tyto.ingest.privacy;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.store.Store;
import java.security.SecureRandom;

/// A secret that lies in the store, for processes that have nothing else in common. Whoever may
/// read the store has it, so it hides nothing that is in there.
public final class StoredSecret {
  private StoredSecret() {}

  /// The secret under a key, made where there is none yet. STORE_FAILED.
  public static byte[] of(Store store, String key) {
    byte[] known = store.get(key).orElse(null);
    if (known != null) {
      return known;
    }
    byte[] made = new byte[PrivateValues.SECRET_BYTES];
    new SecureRandom().nextBytes(made);
    if (store.putIfAbsent(key, made) == Store.Put.CREATED) {
      return made;
    }
    return store
        .get(key)
        .orElseThrow(() ->
            new TytoException(
                ErrorCode.STORE_FAILED,
                key + " was there and is gone: another process deletes it"));
  }
}
