package io.tyto.ingest;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/// Which body came under which key since the start, so that another body is told from a repeated
/// one. The key that was not used the longest is forgotten first; of a forgotten one, a different
/// body loses the events at places that the first one had, because their ids are known.
/// Thread-safe.
final class IdempotencyKeys {
  static final int MAX_KEYS = 50_000;

  private final Map<IdempotencyKey, byte[]> bodies =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IdempotencyKey, byte[]> eldest) {
          return size() > MAX_KEYS;
        }
      };

  /// IDEMPOTENCY_CONFLICT where another body came under the key.
  void require(IdempotencyKey key, byte[] body) {
    byte[] hash = IdempotencyKey.sha256(body);
    byte[] before;
    synchronized (this) {
      before = bodies.putIfAbsent(key, hash);
    }
    if (before != null && !Arrays.equals(before, hash)) {
      throw new TytoException(
          ErrorCode.IDEMPOTENCY_CONFLICT,
          "other events came under the idempotency key '%s' before: a new body takes a new key"
              .formatted(key.key()));
    }
  }
}
