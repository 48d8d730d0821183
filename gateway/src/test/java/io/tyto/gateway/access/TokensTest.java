package io.tyto.gateway.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.tyto.gateway.Credentials;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.access.Scope;
import io.tyto.model.access.TokenIssuer;
import io.tyto.model.access.TokenIssuer.Algorithm;
import io.tyto.model.access.Verb;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.KeyService;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Tokens of a fake issuer, good ones and what people forge.
final class TokensTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);
  private static final String ISSUER = "https://sso.example.com/";
  private static final URI KEYS = URI.create("https://sso.example.com/keys");

  private static RSAKey rsa;
  private static RSAKey nextRsa;
  private static ECKey ec;
  private static KeyPair ed;

  private final MovedClock clock = new MovedClock();
  private final List<URI> fetched = new ArrayList<>();
  private final Deque<Runnable> background = new ArrayDeque<>();
  private boolean isHeldBack;
  private boolean isDown;
  private int refusals;
  private JWKSet published = new JWKSet(List.of(rsa.toPublicJWK(), ec.toPublicJWK(), edKey()));
  private TokenIssuer issuer = issuer(EnumSet.allOf(Algorithm.class), KEYS);
  private AccessRules rules = rules(issuer);
  private final Tokens tokens = new Tokens(this::fetch, this::run, clock, () -> {});
  private final AccessAuthenticator authenticator =
      new AccessAuthenticator(KeyService.NONE, () -> rules, tokens, null, clock);

  @BeforeAll
  static void makeKeys() throws JOSEException, GeneralSecurityException {
    rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
    nextRsa = new RSAKeyGenerator(2048).keyID("next").generate();
    ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
    ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
  }

  private void run(Runnable work) {
    if (isHeldBack) {
      background.add(work);
    } else {
      work.run();
    }
  }

  private byte[] fetch(URI address) throws IOException {
    fetched.add(address);
    if (isDown) {
      throw new IOException("no answer");
    }
    String document =
        address.getPath().endsWith("openid-configuration")
            ? "{\"issuer\":\"%s\",\"jwks_uri\":\"%s\"}".formatted(ISSUER, KEYS)
            : published.toString();
    return document.getBytes(StandardCharsets.UTF_8);
  }

  /// The JDK has the point as an integer, a JWK as 32 little-endian bytes with the sign of x.
  private static OctetKeyPair edKey() {
    EdECPublicKey key = (EdECPublicKey) ed.getPublic();
    byte[] bytes = new byte[32];
    byte[] y = key.getPoint().getY().toByteArray();
    for (int i = 0; i < Math.min(32, y.length); i++) {
      bytes[i] = y[y.length - 1 - i];
    }
    bytes[31] |= (byte) (key.getPoint().isXOdd() ? 0x80 : 0);
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(bytes)).keyID("ed").build();
  }

  private static TokenIssuer issuer(EnumSet<Algorithm> algorithms, URI keys) {
    return new TokenIssuer(
        ISSUER,
        List.of("tyto", "other"),
        keys,
        algorithms,
        null,
        "org",
        "groups",
        new TreeMap<>(Map.of("tyto-analysts", "analyst")),
        List.of("viewer"),
        new TreeMap<>(Map.of("tenant", "tenant_id", "regions", "regions")));
  }

  private static AccessRules rules(TokenIssuer issuer) {
    return new AccessRules(
        Map.of(
            "viewer",
            new AccessRules.Role(List.of(Scope.parse("query:login")), null),
            "analyst",
            new AccessRules.Role(List.of(Scope.parse("records:*")), "team")),
        List.of(issuer),
        Map.of(),
        Map.of());
  }

  private JWTClaimsSet.Builder claims() {
    Instant now = clock.instant();
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .subject("u-17")
        .audience("tyto")
        .issueTime(Date.from(now))
        .notBeforeTime(Date.from(now))
        .expirationTime(Date.from(now.plusSeconds(300)))
        .claim("org", "acme")
        .claim("groups", List.of("tyto-analysts", "sales"))
        .claim("tenant_id", 42)
        .claim("regions", List.of("EU", "US"));
  }

  private static String sign(JWSHeader header, JWTClaimsSet.Builder claims, RSAKey key) {
    try {
      SignedJWT token = new SignedJWT(header, claims.build());
      token.sign(new RSASSASigner(key));
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static JWSHeader header(String kid) {
    return new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(kid).build();
  }

  private String good() {
    return sign(header("rsa"), claims(), rsa);
  }

  private Caller enter(String token) {
    return authenticator.authenticate(new Credentials(token, null, "192.0.2.7"));
  }

  private TytoException refuse(String token) {
    // From somewhere else each time, or the guesses would be over soon.
    refusals++;
    String address = "10.%d.%d.1".formatted(refusals / 250, refusals % 250);
    TytoException refused =
        assertThrows(
            TytoException.class,
            () -> authenticator.authenticate(new Credentials(token, null, address)));
    assertFalse(refused.getMessage().contains(token));
    return refused;
  }

  private void assertRefused(String token) {
    TytoException refused = refuse(token);
    assertEquals(ErrorCode.UNAUTHENTICATED, refused.code());
    assertEquals(AccessAuthenticator.REFUSED, refused.getMessage());
  }

  @Test
  void claimsBecomeACaller() {
    Caller caller = enter(good());
    assertEquals(ISSUER + "|u-17", caller.id());
    assertEquals(Caller.Kind.TOKEN, caller.kind());
    assertEquals("acme", caller.project());
    assertEquals("team", caller.limits());
    assertTrue(caller.access().may(Verb.QUERY, "login"));
    assertTrue(caller.access().may(Verb.RECORDS, "anything"));
    assertFalse(caller.access().may(Verb.QUERY, "recharge"));
    assertEquals(List.of("42"), caller.access().parameter("tenant"));
    assertEquals(List.of("EU", "US"), caller.access().parameter("regions"));
  }

  @Test
  void eachAlgorithmIsTakenWithItsOwnKey() throws JOSEException, GeneralSecurityException {
    enter(good());
    SignedJWT byCurve =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("ec").build(), claims().build());
    byCurve.sign(new ECDSASigner(ec));
    enter(byCurve.serialize());
    enter(signedByEd("ed"));
    assertRefused(signedByEd("ec"));
    assertRefused(sign(header("ec"), claims(), rsa));
    assertRefused(sign(header("rsa"), claims(), nextRsa));
  }

  private String signedByEd(String kid) throws GeneralSecurityException {
    JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(kid).build();
    String input = header.toBase64URL() + "." + Base64URL.encode(claims().build().toString());
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(ed.getPrivate());
    signature.update(input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + Base64URL.encode(signature.sign());
  }

  @Test
  void anIssuerSignsOnlyAsItMay() {
    issuer = issuer(EnumSet.of(Algorithm.ES256), KEYS);
    rules = rules(issuer);
    assertRefused(good());
  }

  /// The public key of the issuer, which everybody has, as the secret of a MAC.
  @Test
  void aPublicKeyIsNoSecret() throws JOSEException {
    byte[] encoded = rsa.toRSAPublicKey().getEncoded();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
            .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded));
    for (byte[] secret :
        List.of(
            encoded,
            rsa.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8),
            pem.getBytes(StandardCharsets.UTF_8))) {
      for (JWSAlgorithm algorithm :
          List.of(JWSAlgorithm.HS256, JWSAlgorithm.HS384, JWSAlgorithm.HS512)) {
        SignedJWT forged =
            new SignedJWT(new JWSHeader.Builder(algorithm).keyID("rsa").build(), claims().build());
        forged.sign(new MACSigner(secret));
        assertRefused(forged.serialize());
      }
    }
  }

  @Test
  void aTokenWithoutASignatureIsNone() {
    assertRefused(new PlainJWT(claims().build()).serialize());
    String[] parts = good().split("\\.");
    for (String none : List.of("none", "None", "NONE", "nOnE")) {
      String header =
          Base64URL.encode("{\"alg\":\"%s\",\"kid\":\"rsa\"}".formatted(none)).toString();
      assertRefused(header + "." + parts[1] + ".");
      assertRefused(header + "." + parts[1] + "." + parts[2]);
    }
    assertRefused(parts[0] + "." + parts[1] + ".");
    assertRefused(parts[0] + "." + parts[1]);
    assertRefused("..");
    assertRefused("a.b.c");
  }

  @Test
  void claimsMustFit() {
    Instant now = clock.instant();
    for (JWTClaimsSet.Builder wrong :
        List.of(
            claims().audience("another"),
            claims().audience(List.of()),
            claims().issuer("https://evil.example.com/"),
            claims().issuer("https://sso.example.com"),
            claims().issuer(null),
            claims().subject(null),
            claims().subject(""),
            claims().expirationTime(null),
            claims().expirationTime(Date.from(now.minusSeconds(61))),
            claims().notBeforeTime(Date.from(now.plusSeconds(61))),
            claims().claim("org", null),
            claims().claim("org", List.of("acme", "umbrella")))) {
      assertRefused(sign(header("rsa"), wrong, rsa));
    }
    enter(sign(header("rsa"), claims().audience(List.of("x", "other")), rsa));
  }

  /// A dashboard that was left open over night asks on with the token of yesterday.
  @Test
  void aTokenThatIsOnlyOverIsNoGuess() {
    String over = good();
    clock.pass(Duration.ofHours(1));
    for (int i = 0; i < 2 * Guesses.MAX_FAILURES; i++) {
      TytoException refused = assertThrows(TytoException.class, () -> enter(over));
      assertEquals(ErrorCode.UNAUTHENTICATED, refused.code());
      assertEquals(AccessAuthenticator.REFUSED, refused.getMessage());
    }
    String unknown = KeyText.random("live", new Random(SEED)).text();
    assertEquals(
        ErrorCode.UNAUTHENTICATED,
        assertThrows(TytoException.class, () -> enter(unknown)).code(),
        "the site is not barred");
  }

  @Test
  void noSiteIsBarredFromTokens() {
    Random random = new Random(SEED);
    for (int i = 0; i < Guesses.MAX_FAILURES; i++) {
      String unknown = KeyText.random("live", random).text();
      assertThrows(TytoException.class, () -> enter(unknown));
    }
    String key = KeyText.random("live", random).text();
    assertEquals(
        ErrorCode.RATE_LIMITED, assertThrows(TytoException.class, () -> enter(key)).code());
    enter(good());
    String forged = sign(header("rsa"), claims(), nextRsa);
    assertEquals(
        ErrorCode.UNAUTHENTICATED, assertThrows(TytoException.class, () -> enter(forged)).code());
  }

  @Test
  void clocksMayBeAMinuteApart() {
    Instant now = clock.instant();
    enter(sign(header("rsa"), claims().expirationTime(Date.from(now.minusSeconds(59))), rsa));
    enter(sign(header("rsa"), claims().notBeforeTime(Date.from(now.plusSeconds(59))), rsa));
  }

  @Test
  void aKnownTokenEndsInTime() {
    String token = good();
    Caller caller = enter(token);
    assertSame(caller, enter(token));
    clock.pass(Duration.ofSeconds(359));
    assertSame(caller, enter(token));
    assertTrue(authenticator.isStillValid(caller));
    clock.pass(Duration.ofSeconds(1));
    assertRefused(token);
    assertFalse(authenticator.isStillValid(caller));
  }

  @Test
  void keysThatATokenBringsAreNotLookedAt() {
    JWSHeader.Builder next = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("next");
    URI evil = URI.create("https://evil.example.com/keys");
    assertRefused(
        sign(
            next.jwk(nextRsa.toPublicJWK()).jwkURL(evil).x509CertURL(evil).build(),
            claims(),
            nextRsa));
    enter(
        sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").jwkURL(evil).build(),
            claims(),
            rsa));
    assertTrue(fetched.stream().allMatch(KEYS::equals), fetched::toString);
    assertRefused(sign(header(null), claims(), rsa));
    assertRefused(
        sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .keyID("rsa")
                .criticalParams(Set.of("x"))
                .customParam("x", 1)
                .build(),
            claims(),
            rsa));
  }

  @Test
  void manyUnknownKeysAreOneFetchAMinute() {
    Random random = new Random(SEED);
    enter(good());
    String[] parts = good().split("\\.");
    for (int i = 0; i < 10_000; i++) {
      String kid = Long.toHexString(random.nextLong());
      String header = Base64URL.encode("{\"alg\":\"RS256\",\"kid\":\"%s\"}".formatted(kid)) + "";
      assertEquals(
          ErrorCode.UNAUTHENTICATED, refuse(header + "." + parts[1] + "." + parts[2]).code());
      if (i % 1_000 == 999) {
        clock.pass(Duration.ofSeconds(5));
      }
    }
    assertEquals(1, fetched.size(), "in fifty seconds, seed " + SEED);
    clock.pass(Duration.ofSeconds(10));
    assertRefused(sign(header("unknown"), claims(), rsa));
    assertEquals(2, fetched.size());
  }

  @Test
  void aNewKeyIsTakenWhenItIsAskedFor() {
    tokens.follow(rules.issuers());
    clock.pass(Duration.ofMinutes(2));
    published = new JWKSet(List.of((JWK) nextRsa.toPublicJWK()));
    enter(sign(header("next"), claims(), nextRsa));
    assertRefused(good());
  }

  @Test
  void whoComesWhileKeysAreFetchedIsToldToComeAgain() {
    isHeldBack = true;
    String token = good();
    TytoException later = refuse(token);
    assertEquals(ErrorCode.OVERLOADED, later.code());
    assertEquals(Duration.ofSeconds(1), assertInstanceOf(RetryLaterException.class, later).after());
    background.remove().run();
    enter(token);
    clock.pass(Duration.ofMinutes(1));
    published = new JWKSet(List.of((JWK) nextRsa.toPublicJWK()));
    String next = sign(header("next"), claims(), nextRsa);
    assertEquals(ErrorCode.OVERLOADED, refuse(next).code());
    refuse(next);
    assertEquals(1, background.size(), "one fetch for all who ask");
    background.remove().run();
    enter(next);
  }

  @Test
  void keysAreGoodForAnHourWhenTheIssuerIsDown() {
    enter(good());
    isDown = true;
    clock.pass(Duration.ofMinutes(59));
    enter(good());
    assertEquals(1, tokens.problems().size());
    clock.pass(Duration.ofMinutes(1));
    assertEquals(ErrorCode.OVERLOADED, refuse(good()).code());
    isDown = false;
    clock.pass(Duration.ofMinutes(1));
    enter(good());
    assertEquals(List.of(), tokens.problems());
  }

  @Test
  void anIssuerIsAskedForItsAddressOfKeys() {
    issuer = issuer(EnumSet.allOf(Algorithm.class), null);
    rules = rules(issuer);
    enter(good());
    assertEquals(
        List.of(URI.create("https://sso.example.com/.well-known/openid-configuration"), KEYS),
        fetched);
  }

  @Test
  void anIssuerThatIsTakenOutEndsItsConnections() {
    String token = good();
    Caller caller = enter(token);
    rules = rules(issuer);
    assertTrue(authenticator.isStillValid(caller));
    assertSame(caller, enter(token));
    rules = AccessRules.NONE;
    assertFalse(authenticator.isStillValid(caller));
    assertRefused(token);
  }

  @Test
  void tokensThatAreRememberedAreBounded() {
    TokenCallers callers = new TokenCallers(tokens, () -> rules, clock, 3);
    String token = good();
    // The same token, as if it were another for each hash.
    Caller first = callers.caller(token, "first");
    Caller second = callers.caller(token, "second");
    callers.caller(token, "third");
    assertSame(first, callers.caller(token, "first"));
    callers.caller(token, "fourth");
    assertTrue(callers.isStillValid(first));
    assertFalse(callers.isStillValid(second), "used the longest ago");
  }

  @Test
  void addressesThatNoIssuerHasAreNotAsked() {
    for (String wrong :
        List.of(
            "http://169.254.169.254/latest/meta-data/",
            "https://169.254.169.254/keys",
            "https://[fe80::1]/keys",
            "http://192.0.2.7/keys",
            "https://0.0.0.0/keys",
            "https://user:password@localhost/keys",
            "file:///etc/passwd",
            "ftp://localhost/keys",
            "https:keys")) {
      assertThrows(
          IOException.class, () -> HttpKeyFetcher.requireAllowed(URI.create(wrong)), wrong);
    }
  }

  @Test
  void whatWasChangedOnTheWayIsNoToken() {
    Random random = new Random(SEED);
    String token = good();
    enter(token);
    for (int i = 0; i < 2_000; i++) {
      char[] text = token.toCharArray();
      for (int changes = random.nextInt(4); changes >= 0; changes--) {
        text[random.nextInt(text.length)] = (char) random.nextInt(1, 256);
      }
      String changed = new String(text);
      if (!isSame(changed, token)) {
        assertEquals(ErrorCode.UNAUTHENTICATED, refuse(changed).code(), "seed " + SEED);
      }
    }
  }

  /// The last character of a signature has bits that nobody reads.
  private static boolean isSame(String a, String b) {
    String[] ours = a.split("\\.", -1);
    String[] theirs = b.split("\\.", -1);
    return ours.length == theirs.length
        && ours[0].equals(theirs[0])
        && ours[1].equals(theirs[1])
        && Arrays.equals(new Base64URL(ours[2]).decode(), new Base64URL(theirs[2]).decode());
  }
}
