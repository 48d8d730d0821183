package io.tyto.model.access;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// An API key as whoever uses it has it: `ck_<environment>_<id>_<secret>_<check>`.
///
/// The id is 12 and the secret 43 characters of base 62, the latter of 32 random bytes. The check
/// is the CRC-32 of all before it in six more, so that a typo is found without asking anybody. The
/// prefix lets scanners find keys where they do not belong.
public record KeyText(String environment, String id, String secret) {
  public static final String PREFIX = "ck_";

  /// The environment of keys of which nothing else is said.
  public static final String LIVE = "live";

  private static final int SECRET_BYTES = 32;
  private static final int SECRET_DIGITS = 43;
  private static final int ID_DIGITS = 12;
  private static final int CHECK_DIGITS = 6;
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  private static final Pattern ENVIRONMENT = Pattern.compile("[a-z0-9]{1,16}");
  private static final Pattern FORM =
      Pattern.compile(
          "(ck_(%s)_([0-9A-Za-z]{%d})_([0-9A-Za-z]{%d})_)([0-9A-Za-z]{%d})"
              .formatted(ENVIRONMENT, ID_DIGITS, SECRET_DIGITS, CHECK_DIGITS));

  /// A new key.
  ///
  /// @param random a cryptographic one
  public static KeyText random(String environment, RandomGenerator random) {
    return random(environment, randomDigits(random, ID_DIGITS), random);
  }

  /// A new secret of a key that there is already.
  public static KeyText random(String environment, String id, RandomGenerator random) {
    requireEnvironment(environment);
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new KeyText(environment, id, base62(new BigInteger(1, secret), SECRET_DIGITS));
  }

  /// Reads the text of a key; null where it has not that form, or its check does not fit.
  public static @Nullable KeyText parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches() || !check(matcher.group(1)).equals(matcher.group(5))) {
      return null;
    }
    return new KeyText(matcher.group(2), matcher.group(3), matcher.group(4));
  }

  /// BAD_USER_INPUT where no key can have that environment.
  public static void requireEnvironment(String environment) {
    if (!ENVIRONMENT.matcher(environment).matches()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the environment '%s' of keys: expected 1 to 16 lower-case letters and digits"
              .formatted(environment));
    }
  }

  /// The whole key; shown to its owner once and kept nowhere.
  public String text() {
    String start = PREFIX + environment + "_" + id + "_" + secret + "_";
    return start + check(start);
  }

  /// SHA-256 of the secret in lower-case hex: what is kept. A secret of 256 random bits needs no
  /// slow hash, and a slow one for each request would be an attack on ourselves.
  public String hash() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// Random characters of base 62, for names and secrets.
  public static String randomDigits(RandomGenerator random, int count) {
    StringBuilder digits = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      digits.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return digits.toString();
  }

  private static String check(String start) {
    CRC32 crc = new CRC32();
    crc.update(start.getBytes(StandardCharsets.US_ASCII));
    return base62(BigInteger.valueOf(crc.getValue()), CHECK_DIGITS);
  }

  private static String base62(BigInteger number, int count) {
    BigInteger base = BigInteger.valueOf(DIGITS.length());
    char[] digits = new char[count];
    BigInteger rest = number;
    for (int i = count - 1; i >= 0; i--) {
      BigInteger[] parts = rest.divideAndRemainder(base);
      digits[i] = DIGITS.charAt(parts[1].intValue());
      rest = parts[0];
    }
    return new String(digits);
  }

  /// Without the secret: whatever is logged shows which key it was.
  @Override
  public String toString() {
    return PREFIX + environment + "_" + id;
  }
}
