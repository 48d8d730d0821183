package io.tyto.gateway.access;

import io.tyto.gateway.access.Tokens.Claims;
import io.tyto.model.access.Access;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.Caller;
import io.tyto.model.access.TokenIssuer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Callers by their tokens. A token that was good is not checked again for a minute. Thread-safe.
final class TokenCallers {
  static final Duration CHECKED = Duration.ofMinutes(1);

  /// Tokens that are known to be good; beyond it the one that was used the longest ago is
  /// forgotten: its next request checks it again, and connections that it opened are closed.
  static final int MAX_KNOWN = 10_000;

  /// Values that are taken of a claim.
  private static final int MAX_VALUES = 100;

  private final Tokens tokens;
  private final Supplier<AccessRules> rules;
  private final Clock clock;
  private final int mostKnown;

  /// By hash of the token, the one used last at the end.
  private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);

  /// Hashes of the same, by the very object that was given.
  private final Map<Caller, String> hashes = new IdentityHashMap<>();

  private record Known(Claims claims, AccessRules rules, Caller caller, Instant checked) {}

  TokenCallers(Tokens tokens, Supplier<AccessRules> rules, Clock clock, int mostKnown) {
    this.tokens = tokens;
    this.rules = rules;
    this.clock = clock;
    this.mostKnown = mostKnown;
  }

  /// UNAUTHENTICATED, of a token that was good once {@link OutOfTimeException}; OVERLOADED while
  /// keys are fetched.
  @SuppressWarnings("ReferenceEquality") // the very same, or looked at again
  Caller caller(String token, String hash) {
    AccessRules now = rules.get();
    Instant time = clock.instant();
    Known before = find(hash);
    if (before != null
        && before.rules() == now
        && time.isBefore(before.checked().plus(CHECKED))
        && isInTime(before, time)) {
      return before.caller();
    }
    Claims claims;
    try {
      claims = tokens.verify(token, now.issuers());
    } catch (OutOfTimeException e) {
      forget(hash);
      throw e;
    }
    Caller caller = claims == null ? null : caller(claims, now);
    if (claims == null || caller == null) {
      forget(hash);
      throw AccessAuthenticator.refused();
    }
    return keep(hash, new Known(claims, now, caller, time), before);
  }

  private static boolean isInTime(Known one, Instant now) {
    return now.isBefore(one.claims().expires().plus(Tokens.SKEW));
  }

  private synchronized @Nullable Known find(String hash) {
    return known.get(hash);
  }

  private synchronized void forget(String hash) {
    Known gone = known.remove(hash);
    if (gone != null) {
      hashes.remove(gone.caller());
    }
  }

  /// The same object as before where it may do the same: connections that are open know it.
  private synchronized Caller keep(String hash, Known now, @Nullable Known before) {
    Caller caller =
        before != null && before.caller().equals(now.caller()) ? before.caller() : now.caller();
    forget(hash);
    if (known.size() >= mostKnown) {
      forget(known.keySet().iterator().next());
    }
    known.put(hash, new Known(now.claims(), now.rules(), caller, now.checked()));
    hashes.put(caller, hash);
    return caller;
  }

  /// Whether the caller, the very object that was given, would be given again.
  @SuppressWarnings("ReferenceEquality") // likewise
  boolean isStillValid(Caller caller) {
    AccessRules now = rules.get();
    Known one = find(caller);
    if (one == null || !isInTime(one, clock.instant())) {
      return false;
    }
    return one.rules() == now
        || now.issuers().contains(one.claims().issuer())
            && caller.equals(caller(one.claims(), now));
  }

  private synchronized @Nullable Known find(Caller caller) {
    String hash = hashes.get(caller);
    return hash == null ? null : known.get(hash);
  }

  /// Null where the claims tell no project.
  private static @Nullable Caller caller(Claims claims, AccessRules rules) {
    TokenIssuer issuer = claims.issuer();
    String project = issuer.project();
    if (project == null) {
      List<String> names = values(claims, issuer.projectClaim());
      if (names.size() != 1) {
        return null;
      }
      project = names.getFirst();
    }
    List<String> roles = new ArrayList<>(issuer.defaultRoles());
    for (String value : values(claims, issuer.roleClaim())) {
      String role = issuer.roles().isEmpty() ? value : issuer.roles().get(value);
      if (role != null && !roles.contains(role)) {
        roles.add(role);
      }
    }
    Map<String, List<String>> parameters = new TreeMap<>();
    issuer
        .parameters()
        .forEach((parameter, claim) -> {
          List<String> values = values(claims, claim);
          if (!values.isEmpty()) {
            parameters.put(parameter, values);
          }
        });
    return new Caller(
        issuer.issuer() + "|" + claims.subject(),
        Caller.Kind.TOKEN,
        claims.subject(),
        project,
        Access.of(rules.scopes(roles, List.of()), parameters),
        rules.limitsOf(null, roles));
  }

  /// A single value or a list of them as texts; what is neither is nothing.
  private static List<String> values(Claims claims, @Nullable String claim) {
    Object value = claim == null ? null : claims.all().get(claim);
    List<?> list =
        value instanceof List<?> several ? several : value == null ? List.of() : List.of(value);
    return list.stream()
        .filter(one -> one instanceof String || one instanceof Number || one instanceof Boolean)
        .map(String::valueOf)
        .limit(MAX_VALUES)
        .toList();
  }
}
