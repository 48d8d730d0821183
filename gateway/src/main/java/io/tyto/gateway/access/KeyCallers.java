package io.tyto.gateway.access;

import io.tyto.model.access.Access;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.AddressRange;
import io.tyto.model.access.ApiKey;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.KeyService;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Callers by their API keys. Whether a key is there, and how many secrets it has, changes nothing
/// of what is done before a secret is found to be wrong. Thread-safe.
final class KeyCallers {
  /// Compared where there is no secret; nothing has this hash that anybody could find.
  private static final byte[] NO_HASH = AccessAuthenticator.ascii("0".repeat(64));

  private final KeyService keys;
  private final Supplier<AccessRules> rules;
  private final Clock clock;
  private final BiPredicate<byte[], byte[]> equality;

  /// By hash of the secret; of live keys only, so as many as those have secrets.
  private final Map<String, Resolved> callers = new ConcurrentHashMap<>();

  /// A caller as made from a key and rules, which are the very same as long as nothing changes.
  private record Resolved(ApiKey key, AccessRules rules, Caller caller) {}

  /// @param equality of hashes, in a time that does not tell where they differ
  KeyCallers(
      KeyService keys,
      Supplier<AccessRules> rules,
      Clock clock,
      BiPredicate<byte[], byte[]> equality) {
    this.keys = keys;
    this.rules = rules;
    this.clock = clock;
    this.equality = equality;
  }

  /// UNAUTHENTICATED, in the same words for an unknown id and a wrong secret. Who has the secret is
  /// told why it does not do.
  Caller caller(String text, @Nullable InetAddress address) {
    KeyText presented = KeyText.parse(text);
    if (presented == null) {
      throw AccessAuthenticator.refused();
    }
    ApiKey key = keys.key(presented.id());
    String hash = presented.hash();
    ApiKey.Secret secret = match(key, hash);
    if (key == null || secret == null || !key.environment().equals(presented.environment())) {
      throw AccessAuthenticator.refused();
    }
    Instant now = clock.instant();
    if (!key.isLive(now) || !secret.isLive(now)) {
      callers.remove(hash);
      throw refused("the key %s has expired".formatted(presented));
    }
    if (!isFrom(key.ranges(), address)) {
      throw refused(
          "the key %s may not be used from the address that this request came from"
              .formatted(presented));
    }
    keys.used(key.id(), now);
    return resolved(hash, key);
  }

  private static TytoException refused(String why) {
    return new TytoException(ErrorCode.UNAUTHENTICATED, why);
  }

  /// Always as many comparisons as a key can have secrets.
  private ApiKey.@Nullable Secret match(@Nullable ApiKey key, String hash) {
    byte[] presented = AccessAuthenticator.ascii(hash);
    List<ApiKey.Secret> secrets = key == null ? List.of() : key.secrets();
    ApiKey.Secret found = null;
    for (int i = 0; i < ApiKey.MAX_SECRETS; i++) {
      ApiKey.Secret secret = i < secrets.size() ? secrets.get(i) : null;
      byte[] kept = secret == null ? NO_HASH : AccessAuthenticator.ascii(secret.hash());
      boolean isEqual = equality.test(presented, kept);
      found = isEqual && secret != null ? secret : found;
    }
    return found;
  }

  private static boolean isFrom(List<AddressRange> ranges, @Nullable InetAddress address) {
    return ranges.isEmpty()
        || address != null && ranges.stream().anyMatch(range -> range.contains(address));
  }

  @SuppressWarnings("ReferenceEquality") // the very same, or looked at again
  private Caller resolved(String hash, ApiKey key) {
    AccessRules now = rules.get();
    Resolved known = callers.get(hash);
    if (known != null && known.key() == key && known.rules() == now) {
      return known.caller();
    }
    Caller caller =
        new Caller(
            key.id(),
            Caller.Kind.KEY,
            key.name(),
            key.project(),
            Access.of(now.scopes(key.roles(), key.scopes()), key.parameters()),
            now.limitsOf(key.limits(), key.roles()));
    // The same object as before where it may do the same: connections that are open know it.
    Caller kept = known != null && known.caller().equals(caller) ? known.caller() : caller;
    if (callers.size() >= ApiKey.MAX_SECRETS * KeyService.MAX_KEYS) {
      callers.values().removeIf(one -> !one.key().isLive(clock.instant()));
    }
    callers.put(hash, new Resolved(key, now, kept));
    return kept;
  }

  /// Whether the caller, the very object that was given, would be given again: its secret is still
  /// one of its key's, and allows the same.
  @SuppressWarnings("ReferenceEquality") // two secrets of a key have equal callers
  boolean isStillValid(Caller caller) {
    ApiKey key = keys.key(caller.id());
    Instant now = clock.instant();
    if (key == null || !key.isLive(now)) {
      return false;
    }
    for (ApiKey.Secret secret : key.secrets()) {
      Resolved known = callers.get(secret.hash());
      if (secret.isLive(now) && known != null && known.caller() == caller) {
        return resolved(secret.hash(), key) == caller;
      }
    }
    return false;
  }
}
