package io.tyto.model.access;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// An API key as it is kept: what it allows, and hashes of its secrets, never a secret. Immutable.
///
/// @param environment stands in its text
/// @param name for people; need not be the only one of that name
/// @param project whose collections it sees
/// @param roles names of roles that say what else it allows
/// @param parameters what row policies compare with, by name
/// @param ranges addresses that it may be used from; none: from everywhere
/// @param limits class of limits; null: that of its roles, or the default
/// @param revokedAt from then on it is good for nothing
/// @param secrets one, or two while it is rotated; the newest last
/// @param lastUsed within an hour, as far as it was written down; null: not known of
public record ApiKey(
    String id,
    String environment,
    String name,
    String project,
    List<Scope> scopes,
    List<String> roles,
    SortedMap<String, List<String>> parameters,
    List<AddressRange> ranges,
    @Nullable String limits,
    Documents documents,
    Instant createdAt,
    @Nullable Instant expiresAt,
    @Nullable Instant revokedAt,
    List<Secret> secrets,
    @Nullable Instant lastUsed) {

  /// Secrets that a key can have at a time.
  public static final int MAX_SECRETS = 2;

  /// Which documents a caller may run.
  public enum Documents {
    /// Any.
    ANY,
    /// Any, and those that were sent before by their hash.
    APQ,
    /// Only those that an operator has registered.
    TRUSTED_ONLY
  }

  /// @param hash see {@link KeyText#hash}
  /// @param expiresAt null: with the key
  public record Secret(String hash, Instant createdAt, @Nullable Instant expiresAt) {
    public boolean isLive(Instant now) {
      return expiresAt == null || now.isBefore(expiresAt);
    }
  }

  public ApiKey {
    scopes = List.copyOf(scopes);
    roles = List.copyOf(roles);
    ranges = List.copyOf(ranges);
    secrets = List.copyOf(secrets);
    SortedMap<String, List<String>> sorted = new TreeMap<>();
    parameters.forEach((parameter, values) -> sorted.put(parameter, List.copyOf(values)));
    parameters = Collections.unmodifiableSortedMap(sorted);
  }

  /// How its text begins; no secret.
  public String prefix() {
    return KeyText.PREFIX + environment + "_" + id;
  }

  public boolean isRevoked() {
    return revokedAt != null;
  }

  public boolean isExpired(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }

  public boolean isLive(Instant now) {
    return !isRevoked() && !isExpired(now);
  }

  public ApiKey revoked(Instant now) {
    return revokedAt != null ? this : with(now, List.of(), lastUsed);
  }

  /// With one more secret; those before it end soon, and all but the newest of them at once.
  ///
  /// @param overlap how long the secret before is still good
  public ApiKey rotated(String hash, Instant now, Duration overlap) {
    List<Secret> all = new ArrayList<>();
    if (!overlap.isZero() && !secrets.isEmpty()) {
      Secret before = secrets.getLast();
      all.add(new Secret(before.hash(), before.createdAt(), now.plus(overlap)));
    }
    all.add(new Secret(hash, now, null));
    return with(revokedAt, all, lastUsed);
  }

  public ApiKey used(Instant at) {
    return lastUsed != null && !at.isAfter(lastUsed) ? this : with(revokedAt, secrets, at);
  }

  private ApiKey with(
      @Nullable Instant newRevokedAt, List<Secret> newSecrets, @Nullable Instant newLastUsed) {
    return new ApiKey(
        id,
        environment,
        name,
        project,
        scopes,
        roles,
        parameters,
        ranges,
        limits,
        documents,
        createdAt,
        expiresAt,
        newRevokedAt,
        newSecrets,
        newLastUsed);
  }
}
