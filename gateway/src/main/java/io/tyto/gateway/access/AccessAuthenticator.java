package io.tyto.gateway.access;

import io.tyto.gateway.Authenticator;
import io.tyto.gateway.Credentials;
import io.tyto.model.access.Access;
import io.tyto.model.access.AccessRules;
import io.tyto.model.access.AddressRange;
import io.tyto.model.access.Caller;
import io.tyto.model.access.KeyText;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.RetryLaterException;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.KeyService;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Lets in API keys, tokens of known issuers, and whoever can read this machine's data folder. Deny
/// by default: what is not recognised is nobody. Thread-safe; does no I/O.
public final class AccessAuthenticator implements Authenticator {
  /// Longer than any key and token; what is longer is not looked at.
  static final int MAX_CHARACTERS = 8_192;

  static final String REFUSED =
      "the key or token is not good: it is unknown, mistyped, expired or revoked";

  private static final String OPERATOR_ID = "operator";

  private final KeyCallers keys;
  private final TokenCallers tokens;
  private final @Nullable String operatorHash;
  private final Guesses guesses;

  private final Caller operator =
      new Caller(
          OPERATOR_ID,
          Caller.Kind.SYSTEM,
          "whoever may read the data folder",
          "",
          Access.ALL,
          Caller.DEFAULT_LIMITS);

  /// @param rules asked for each request; the same object as long as nothing has changed
  /// @param operatorToken credential of commands on this machine; null: there is none
  public AccessAuthenticator(
      KeyService keys,
      Supplier<AccessRules> rules,
      Tokens tokens,
      @Nullable String operatorToken,
      Clock clock) {
    this.keys = new KeyCallers(keys, rules, clock, MessageDigest::isEqual);
    this.tokens = new TokenCallers(tokens, rules, clock, TokenCallers.MAX_KNOWN);
    this.operatorHash = operatorToken == null ? null : hash(operatorToken);
    this.guesses = new Guesses(clock);
  }

  @Override
  public Caller authenticate(Credentials credentials) {
    String text = presented(credentials);
    InetAddress address = AddressRange.address(credentials.remoteAddress());
    String site = address == null ? credentials.remoteAddress() : AddressRange.siteOf(address);
    String hash = hash(text);
    if (isOperator(hash, address)) {
      // Before anybody is barred: strangers behind a proxy on this machine lock no operator out.
      return operator;
    }
    Duration barred = guesses.barred(site);
    if (barred.isPositive() && !isToken(text) && !guesses.wasGood(site, hash)) {
      throw tooMany(barred);
    }
    try {
      Caller caller = caller(text, hash, address);
      guesses.succeeded(site, hash);
      return caller;
    } catch (OutOfTimeException e) {
      throw e; // every token ends like that, and browsers go on for a while: no guess
    } catch (TytoException e) {
      if (e.code() == ErrorCode.UNAUTHENTICATED) {
        guesses.failed(site);
      }
      throw e;
    }
  }

  private static TytoException tooMany(Duration wait) {
    return new RetryLaterException(
        ErrorCode.RATE_LIMITED,
        "too many wrong keys or tokens came from this address: wait before you try again",
        wait);
  }

  private static String presented(Credentials credentials) {
    String bearer = credentials.bearer();
    String key = credentials.apiKey();
    if (bearer != null && key != null && !bearer.equals(key)) {
      throw new TytoException(
          ErrorCode.UNAUTHENTICATED,
          "the request has an Authorization and an X-Api-Key that differ: send one of them");
    }
    String text = bearer != null ? bearer : key;
    if (text == null || text.isEmpty()) {
      throw new TytoException(
          ErrorCode.UNAUTHENTICATED,
          "this needs a key: send it as `Authorization: Bearer ck_...` or `X-Api-Key: ck_...`");
    }
    return text;
  }

  private Caller caller(String text, String hash, @Nullable InetAddress address) {
    if (text.length() > MAX_CHARACTERS) {
      throw refused();
    }
    if (text.startsWith(KeyText.PREFIX)) {
      return keys.caller(text, address);
    }
    if (isToken(text)) {
      return tokens.caller(text, hash);
    }
    throw refused();
  }

  /// Whether it has the form of a token. A signature cannot be guessed, so that no site is barred
  /// from tokens: behind a proxy all the world is one site.
  private static boolean isToken(String text) {
    return text.length() <= MAX_CHARACTERS
        && !text.startsWith(KeyText.PREFIX)
        && text.indexOf('.') >= 0;
  }

  private boolean isOperator(String hash, @Nullable InetAddress address) {
    return operatorHash != null
        && address != null
        && address.isLoopbackAddress()
        && MessageDigest.isEqual(ascii(operatorHash), ascii(hash));
  }

  @Override
  public boolean isStillValid(Caller caller) {
    return switch (caller.kind()) {
      case KEY -> keys.isStillValid(caller);
      case TOKEN -> tokens.isStillValid(caller);
      case SYSTEM -> caller.equals(operator);
      case OPEN -> false;
    };
  }

  static TytoException refused() {
    return new TytoException(ErrorCode.UNAUTHENTICATED, REFUSED);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /// SHA-256 in lower-case hex.
  static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
