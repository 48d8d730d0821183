package io.tyto.gateway.access;

import static java.lang.System.Logger.Level.WARNING;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.tyto.model.access.TokenIssuer;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// The public keys of one issuer, fetched in the background: every five minutes while they are
/// asked for, and once a minute at most when one is asked for that is not known. What was fetched
/// last is good for an hour. Thread-safe; asking never blocks.
final class IssuerKeys {
  static final Duration REFRESH = Duration.ofMinutes(5);
  static final Duration PAUSE = Duration.ofMinutes(1);
  static final Duration STALE = Duration.ofHours(1);

  /// Keys of one issuer that are looked at.
  static final int MAX_KEYS = 100;

  private static final System.Logger LOG = System.getLogger(IssuerKeys.class.getName());
  private static final Duration SOON = Duration.ofSeconds(1);
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final TokenIssuer issuer;
  private final KeyFetcher fetcher;
  private final Executor executor;
  private final Clock clock;

  private volatile @Nullable Fetched fetched;
  private @Nullable Instant tried;
  private boolean isFetching;
  private volatile @Nullable String problem;

  /// Keys by their id.
  private record Fetched(Map<String, JWK> keys, Instant at) {}

  IssuerKeys(TokenIssuer issuer, KeyFetcher fetcher, Executor executor, Clock clock) {
    this.issuer = issuer;
    this.fetcher = fetcher;
    this.executor = executor;
    this.clock = clock;
  }

  /// Null where the issuer has no such key. OVERLOADED with a time while it may yet turn out to
  /// have one, or cannot be asked.
  @Nullable JWK key(String id) {
    Fetched known = fetched;
    Instant now = clock.instant();
    JWK key = known == null ? null : known.keys().get(id);
    boolean isOld = known == null || !now.isBefore(known.at().plus(REFRESH));
    boolean isAsked = (key == null || isOld) && fetch(now);
    known = fetched;
    if (known == null || !now.isBefore(known.at().plus(STALE))) {
      throw new RetryLaterException(
          ErrorCode.OVERLOADED,
          "the keys of the token's issuer cannot be had right now: try again",
          problem == null ? SOON : PAUSE);
    }
    // It may have been fetched meanwhile.
    key = known.keys().get(id);
    if (key == null && isAsked) {
      throw new RetryLaterException(
          ErrorCode.OVERLOADED,
          "the token is signed with a key that its issuer is asked for now: try again",
          SOON);
    }
    return key;
  }

  /// Why keys could not be fetched the last time; null where they could.
  @Nullable String problem() {
    return problem;
  }

  /// Has keys fetched unless that was tried less than a minute ago.
  ///
  /// @return whether a fetch that began is not finished
  synchronized boolean fetch(Instant now) {
    if (!isFetching && (tried == null || !now.isBefore(tried.plus(PAUSE)))) {
      tried = now;
      isFetching = true;
      executor.execute(this::fetchNow);
    }
    return isFetching;
  }

  private void fetchNow() {
    try {
      Map<String, JWK> keys = parse(fetcher.fetch(address()));
      fetched = new Fetched(keys, clock.instant());
      problem = null;
    } catch (IOException | ParseException | RuntimeException e) {
      problem = "keys of %s cannot be fetched: %s".formatted(issuer.issuer(), e.getMessage());
      LOG.log(WARNING, problem);
    } finally {
      synchronized (this) {
        isFetching = false;
      }
    }
  }

  private URI address() throws IOException, ParseException {
    URI known = issuer.keys();
    if (known != null) {
      return known;
    }
    String base = issuer.issuer();
    String start = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    Map<String, Object> discovered =
        JSONObjectUtils.parse(
            new String(fetcher.fetch(URI.create(start + DISCOVERY)), StandardCharsets.UTF_8));
    if (!issuer.issuer().equals(discovered.get("issuer"))) {
      throw new IOException(
          "its discovery document is that of the issuer '%s'".formatted(discovered.get("issuer")));
    }
    return URI.create(String.valueOf(discovered.get("jwks_uri")));
  }

  private static Map<String, JWK> parse(byte[] document) throws ParseException {
    Map<String, JWK> keys = new HashMap<>();
    for (JWK key : JWKSet.parse(new String(document, StandardCharsets.UTF_8)).getKeys()) {
      if (key.getKeyID() != null && keys.size() < MAX_KEYS) {
        keys.putIfAbsent(key.getKeyID(), key.toPublicJWK() == null ? key : key.toPublicJWK());
      }
    }
    return Map.copyOf(keys);
  }
}
