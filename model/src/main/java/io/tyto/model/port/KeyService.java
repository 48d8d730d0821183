package io.tyto.model.port;

import io.tyto.model.access.ApiKey;
import io.tyto.model.access.KeyText;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// API keys. Changes block and are durable when they return; all processes that share the keys heed
/// them within {@link #NOTICED}. Errors are {@link TytoException}. Thread-safe.
public interface KeyService {
  /// Of a server that has none.
  KeyService NONE = new KeyService() {};

  /// Keys of a server, those that were revoked or have expired lately among them.
  int MAX_KEYS = 1_000;

  int MAX_NAME_CHARACTERS = 100;
  int MAX_SCOPES = 200;
  int MAX_ROLES = 20;
  int MAX_PARAMETERS = 20;
  int MAX_PARAMETER_VALUES = 100;
  int MAX_VALUE_CHARACTERS = 200;
  int MAX_RANGES = 50;
  Duration MAX_OVERLAP = Duration.ofDays(30);
  Duration DEFAULT_OVERLAP = Duration.ofHours(24);

  /// How long a change may take to be heeded by another process.
  Duration NOTICED = Duration.ofSeconds(5);

  /// What a new key is to be, as people write it.
  ///
  /// @param environment stands in the key's text, for people and scanners
  /// @param scopes in their text form
  /// @param ranges addresses that it may be used from; none: from everywhere
  /// @param expiresAt null: never
  /// @param limits null: those of its roles, or the default
  record KeyInput(
      String environment,
      String name,
      String project,
      List<String> scopes,
      List<String> roles,
      Map<String, List<String>> parameters,
      List<String> ranges,
      @Nullable Instant expiresAt,
      @Nullable String limits,
      ApiKey.Documents documents) {
    public KeyInput {
      scopes = List.copyOf(scopes);
      roles = List.copyOf(roles);
      parameters = new TreeMap<>(parameters);
      ranges = List.copyOf(ranges);
    }
  }

  /// A key with its secret, which can be had this once.
  record NewKey(ApiKey key, KeyText text) {}

  /// All, the oldest first.
  default List<ApiKey> keys() {
    return List.of();
  }

  /// By its id, whatever its state; null where there is none. Does no I/O.
  default @Nullable ApiKey key(String id) {
    return null;
  }

  /// BAD_USER_INPUT with what is wrong; LIMIT_TOO_LARGE where there are too many.
  default NewKey createKey(KeyInput input) {
    throw hasNone();
  }

  /// A key that may do everything, where there is no key at all; null where there is one.
  default @Nullable NewKey createFirstKey() {
    return null;
  }

  /// Gives a key a new secret. The one before it is good for `overlap` more; one before that ends
  /// now. NOT_FOUND; BAD_USER_INPUT where the key is revoked or expired, or the overlap too long.
  default NewKey rotateKey(String id, Duration overlap) {
    throw hasNone();
  }

  /// Ends a key for good. NOT_FOUND. One that is revoked already stays as it is.
  default ApiKey revokeKey(String id) {
    throw hasNone();
  }

  /// Notes that a key was used. Does no I/O; unknown ids are left out.
  default void used(String id, Instant at) {}

  private static TytoException hasNone() {
    return new TytoException(ErrorCode.NOT_FOUND, "this server has no API keys");
  }
}
