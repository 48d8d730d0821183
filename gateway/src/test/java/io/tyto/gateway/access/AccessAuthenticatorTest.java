package io.tyto.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.gateway.Credentials;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.access.Scope;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.KeyService.NewKey;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class AccessAuthenticatorTest {
  private static final String HERE = "192.0.2.7";
  private static final String OPERATOR = "a".repeat(43);
  private static final AccessRules RULES = rules("query:login");

  private final MovedClock clock = new MovedClock();
  private final FakeKeys keys = new FakeKeys(clock);
  private volatile AccessRules rules = RULES;
  private final AccessAuthenticator authenticator =
      new AccessAuthenticator(
          keys,
          () -> rules,
          new Tokens(_ -> new byte[0], Runnable::run, clock, () -> {}),
          OPERATOR,
          clock);

  private static AccessRules rules(String scope) {
    return new AccessRules(
        Map.of("analyst", new AccessRules.Role(List.of(Scope.parse(scope)), "team")),
        List.of(),
        Map.of(),
        Map.of());
  }

  private Caller enter(NewKey key) {
    return enter(key.text().text(), HERE);
  }

  private Caller enter(String text, String address) {
    return authenticator.authenticate(new Credentials(text, null, address));
  }

  private TytoException refuse(String text, String address) {
    return assertThrows(TytoException.class, () -> enter(text, address));
  }

  @Test
  void aKeyIsItsCaller() {
    NewKey key = keys.create(null, List.of(), "query:recharge");
    Caller caller = enter(key);
    assertEquals(key.key().id(), caller.id());
    assertEquals(Caller.Kind.KEY, caller.kind());
    assertEquals("acme", caller.project());
    assertEquals("team", caller.limits());
    assertTrue(caller.access().may(Verb.QUERY, "recharge"));
    assertTrue(caller.access().may(Verb.QUERY, "login"), "by its role");
    assertFalse(caller.access().may(Verb.RECORDS, "recharge"));
    assertFalse(caller.access().may(Verb.INGEST, "recharge"));
    assertEquals(List.of("t1"), caller.access().parameter("tenant"));
    assertSame(
        caller,
        authenticator.authenticate(new Credentials(null, key.text().text(), HERE)),
        "the same object as long as nothing changes");
    assertEquals(clock.instant(), keys.uses.get(key.key().id()));
  }

  @Test
  void nobodyIsLetInWithoutACredential() {
    for (Credentials none :
        List.of(
            new Credentials(null, null, HERE),
            new Credentials("", null, HERE),
            new Credentials("a", "b", HERE))) {
      TytoException refused =
          assertThrows(TytoException.class, () -> authenticator.authenticate(none));
      assertEquals(ErrorCode.UNAUTHENTICATED, refused.code());
    }
  }

  /// Whoever guesses learns nothing of which ids there are: neither by what is said nor by what is
  /// done.
  @Test
  void anUnknownIdAndAWrongSecretAreTheSame() {
    NewKey key = keys.create(null, List.of(), "query:*");
    NewKey rotating = keys.create(null, List.of(), "query:*");
    keys.rotateKey(rotating.key().id(), Duration.ofHours(1));
    NewKey revoked = keys.create(null, List.of(), "query:*");
    keys.revokeKey(revoked.key().id());
    Random random = new Random(1);
    AtomicInteger compared = new AtomicInteger();
    KeyCallers counted =
        new KeyCallers(
            keys,
            () -> RULES,
            clock,
            (a, b) -> {
              compared.incrementAndGet();
              assertEquals(a.length, b.length);
              return MessageDigest.isEqual(a, b);
            });
    for (String guess :
        List.of(
            KeyText.random("live", random).text(),
            KeyText.random("live", key.key().id(), random).text(),
            KeyText.random("live", rotating.key().id(), random).text(),
            KeyText.random("live", revoked.key().id(), random).text(),
            revoked.text().text(),
            new KeyText("test", key.key().id(), key.text().secret()).text())) {
      compared.set(0);
      TytoException refused = assertThrows(TytoException.class, () -> counted.caller(guess, null));
      assertEquals(2, compared.get());
      assertEquals(AccessAuthenticator.REFUSED, refused.getMessage());
      assertEquals(ErrorCode.UNAUTHENTICATED, refused.code());
    }
    compared.set(0);
    counted.caller(key.text().text(), null);
    assertEquals(2, compared.get());
  }

  @Test
  void aKeyIsGoodFromItsAddressesOnly() {
    NewKey key = keys.create(null, List.of("10.0.0.0/8", "2001:db8::/32"), "query:*");
    String text = key.text().text();
    enter(text, "10.9.8.7");
    enter(text, "2001:db8::1");
    enter(text, "::ffff:10.0.0.1");
    TytoException refused = refuse(text, HERE);
    assertEquals(ErrorCode.UNAUTHENTICATED, refused.code());
    assertFalse(refused.getMessage().contains(key.text().secret()));
    refuse(text, "2001:db9::1");
    refuse(text, "");
    refuse(text, "somewhere");
  }

  @Test
  void aKeyEndsWhenItExpires() {
    NewKey key = keys.create(clock.instant().plusSeconds(60), List.of(), "query:*");
    Caller caller = enter(key);
    assertTrue(authenticator.isStillValid(caller));
    clock.pass(Duration.ofSeconds(59));
    enter(key);
    clock.pass(Duration.ofSeconds(1));
    assertEquals(ErrorCode.UNAUTHENTICATED, refuse(key.text().text(), HERE).code());
    assertFalse(authenticator.isStillValid(caller));
  }

  @Test
  void aKeyThatIsRevokedInUseEndsItsConnections() {
    NewKey key = keys.create(null, List.of(), "query:*");
    Caller caller = enter(key);
    keys.revokeKey(key.key().id());
    assertFalse(authenticator.isStillValid(caller));
    refuse(key.text().text(), HERE);
  }

  @Test
  void bothSecretsAreGoodWhileAKeyIsRotated() {
    NewKey first = keys.create(null, List.of(), "query:*");
    Caller before = enter(first);
    NewKey second = keys.rotateKey(first.key().id(), Duration.ofHours(1));
    assertSame(before, enter(first));
    Caller after = enter(second);
    assertEquals(before, after);
    clock.pass(Duration.ofHours(1));
    refuse(first.text().text(), HERE);
    assertFalse(authenticator.isStillValid(before), "what the old secret opened ends with it");
    assertTrue(authenticator.isStillValid(after));
    assertSame(after, enter(second));
    NewKey third = keys.rotateKey(first.key().id(), Duration.ZERO);
    assertFalse(authenticator.isStillValid(after));
    enter(third);
  }

  @Test
  void aRoleThatChangesIsHeededAtOnce() {
    NewKey key = keys.create(null, List.of(), "query:recharge");
    Caller before = enter(key);
    rules = rules("query:login");
    assertTrue(authenticator.isStillValid(before), "allows the same");
    assertSame(before, enter(key));
    rules = AccessRules.NONE;
    assertFalse(authenticator.isStillValid(before));
    Caller after = enter(key);
    assertFalse(after.access().may(Verb.QUERY, "login"));
    assertEquals("default", after.limits());
  }

  @Test
  void whoGuessesHasToWait() {
    NewKey key = keys.create(null, List.of(), "query:*");
    String other = keys.create(null, List.of(), "query:*").text().text();
    enter(key);
    Random random = new Random(2);
    for (int i = 0; i < Guesses.MAX_FAILURES; i++) {
      assertEquals(
          ErrorCode.UNAUTHENTICATED, refuse(KeyText.random("live", random).text(), HERE).code());
    }
    TytoException barred = refuse(KeyText.random("live", random).text(), HERE);
    assertEquals(ErrorCode.RATE_LIMITED, barred.code());
    assertEquals(
        Duration.ofMinutes(1), assertInstanceOf(RetryLaterException.class, barred).after());
    assertEquals(
        ErrorCode.RATE_LIMITED, refuse(other, HERE).code(), "not even a lucky guess is let in");
    enter(key);
    enter(other, "192.0.2.8");
    clock.pass(Duration.ofMinutes(1));
    enter(other, HERE);
  }

  @Test
  void aSiteOfIpV6IsOne() {
    Random random = new Random(3);
    for (int i = 0; i < Guesses.MAX_FAILURES; i++) {
      refuse(KeyText.random("live", random).text(), "2001:db8:0:1::" + i);
    }
    assertEquals(
        ErrorCode.RATE_LIMITED,
        refuse(KeyText.random("live", random).text(), "2001:db8:0:1:ffff::1").code());
    assertEquals(
        ErrorCode.UNAUTHENTICATED,
        refuse(KeyText.random("live", random).text(), "2001:db8:0:2::1").code());
  }

  @Test
  void whatIsKeptOfSitesIsBounded() {
    Guesses guesses = new Guesses(clock);
    for (int i = 0; i < Guesses.MAX_FAILURES; i++) {
      guesses.failed("first");
    }
    for (int i = 0; i < Guesses.MAX_SITES; i++) {
      assertTrue(guesses.barred("first").isPositive());
      guesses.failed("site " + i);
    }
    assertFalse(guesses.barred("first").isPositive());
    guesses.succeeded("first", "hash");
    for (int i = 0; i < Guesses.MAX_GOOD; i++) {
      guesses.succeeded("site " + i, "hash");
    }
    assertFalse(guesses.wasGood("first", "hash"));
  }

  @Test
  void theOperatorIsLetInFromThisMachineOnly() {
    for (String near : List.of("127.0.0.1", "::1", "0:0:0:0:0:0:0:1")) {
      Caller operator = enter(OPERATOR, near);
      assertTrue(operator.access().isAdmin());
      assertTrue(operator.isIn("acme"));
      assertTrue(authenticator.isStillValid(operator));
    }
    refuse(OPERATOR, HERE);
    refuse(OPERATOR + "a", "127.0.0.1");
    assertFalse(authenticator.isStillValid(Caller.SYSTEM));
    assertFalse(authenticator.isStillValid(Caller.OPEN));
  }

  @Test
  void whatIsFarTooLongIsNotLookedAt() {
    refuse("ck_" + "a".repeat(1 << 20), HERE);
    refuse("a.b." + "c".repeat(1 << 20), HERE);
  }
}
