package io.tyto.gateway.access;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.tyto.model.access.TokenIssuer;
import io.tyto.model.access.TokenIssuer.Algorithm;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/// Checks JSON Web Tokens of the issuers that are known.
///
/// What counts is what the issuer's own keys say: `kid` must name one of them; `alg` must be among
/// those the issuer may use, and fit the key; `jku`, `x5u` and `jwk` are not looked at.
/// Thread-safe; keys are fetched in the background. Lifetime: {@link #close}.
public final class Tokens implements AutoCloseable {
  /// How far the clocks of an issuer and ours may be apart.
  static final Duration SKEW = Duration.ofSeconds(60);

  private final KeyFetcher fetcher;
  private final Executor executor;
  private final Clock clock;
  private final Runnable end;
  private final Map<TokenIssuer, IssuerKeys> keys = new ConcurrentHashMap<>();

  /// What a good token says.
  record Claims(TokenIssuer issuer, String subject, Instant expires, Map<String, Object> all) {}

  /// Asks issuers over HTTP.
  public static Tokens overHttp(Clock clock) {
    HttpKeyFetcher http = new HttpKeyFetcher();
    ExecutorService executor =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("issuer-keys").factory());
    return new Tokens(
        http,
        executor,
        clock,
        () -> {
          executor.shutdownNow();
          http.close();
        });
  }

  Tokens(KeyFetcher fetcher, Executor executor, Clock clock, Runnable end) {
    this.fetcher = fetcher;
    this.executor = executor;
    this.clock = clock;
    this.end = end;
  }

  /// Begins to fetch the keys of issuers, so that they are there before the first token, and
  /// forgets those of others.
  public void follow(List<TokenIssuer> issuers) {
    keys.keySet().retainAll(issuers);
    issuers.forEach(issuer -> keysOf(issuer).fetch(clock.instant()));
  }

  /// Why keys of issuers could not be fetched the last time.
  public List<String> problems() {
    return keys.values().stream().map(IssuerKeys::problem).filter(Objects::nonNull).toList();
  }

  private IssuerKeys keysOf(TokenIssuer issuer) {
    return keys.computeIfAbsent(issuer, _ -> new IssuerKeys(issuer, fetcher, executor, clock));
  }

  /// Null where the token is not good, whatever the reason; {@link OutOfTimeException} where all
  /// that is wrong is the time. OVERLOADED while keys are fetched.
  @Nullable Claims verify(String text, List<TokenIssuer> issuers) {
    try {
      SignedJWT token = SignedJWT.parse(text);
      JWTClaimsSet claims = token.getJWTClaimsSet();
      TokenIssuer issuer = issuerOf(claims, issuers);
      return issuer == null ? null : verify(token, claims, issuer);
    } catch (ParseException | IllegalArgumentException e) {
      // Not a signed token at all: of the form of another, or `none`.
      return null;
    }
  }

  private static @Nullable TokenIssuer issuerOf(JWTClaimsSet claims, List<TokenIssuer> issuers) {
    for (TokenIssuer issuer : issuers) {
      boolean isFor = claims.getAudience().stream().anyMatch(issuer.audiences()::contains);
      if (issuer.issuer().equals(claims.getIssuer()) && isFor) {
        return issuer;
      }
    }
    return null;
  }

  private @Nullable Claims verify(SignedJWT token, JWTClaimsSet claims, TokenIssuer issuer) {
    JWSHeader header = token.getHeader();
    Algorithm algorithm = algorithm(header, issuer);
    String id = header.getKeyID();
    Date expires = claims.getExpirationTime();
    String subject = claims.getSubject();
    if (algorithm == null
        || id == null
        || header.getCriticalParams() != null
        || expires == null
        || subject == null
        || subject.isEmpty()) {
      return null;
    }
    JWK key = keysOf(issuer).key(id);
    if (key == null || !Signatures.isGood(token, algorithm, key)) {
      return null;
    }
    if (!isInTime(claims, expires)) {
      throw new OutOfTimeException();
    }
    return new Claims(issuer, subject, expires.toInstant(), claims.getClaims());
  }

  private static @Nullable Algorithm algorithm(JWSHeader header, TokenIssuer issuer) {
    for (Algorithm algorithm : issuer.algorithms()) {
      if (algorithm.word().equals(header.getAlgorithm().getName())) {
        return algorithm;
      }
    }
    return null;
  }

  private boolean isInTime(JWTClaimsSet claims, Date expires) {
    Instant now = clock.instant();
    Date notBefore = claims.getNotBeforeTime();
    return now.isBefore(expires.toInstant().plus(SKEW))
        && (notBefore == null || !now.plus(SKEW).isBefore(notBefore.toInstant()));
  }

  @Override
  public void close() {
    end.run();
  }
}
