package io.tyto.ingest.privacy;

import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Privacy;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// What the policies make of values, by the secret of one project. Thread-safe.
///
/// ```
/// hash of a string    32 lower-case hexadecimal digits: the first half of HMAC-SHA-256
/// hash of a uuid      the first 16 bytes of HMAC-SHA-256, marked as a uuid of version 8
/// token of a string   "tk1_" and, in base64url without padding, 16 bytes of IV and the ciphertext
/// mask of a string    "****" and the last characters, never more than half of them
/// ```
///
/// A token is the deterministic authenticated encryption of Rogaway and Shrimpton (SIV) from what
/// the JDK has: the IV is the first half of HMAC-SHA-256 over the value, the ciphertext AES-256 in
/// counter mode from that IV. So equal values have equal tokens, and a token that was changed is
/// recognised. Each use has a key of its own, derived from the project's secret. The collection and
/// the column are no part of it, so that one value reads alike wherever it stands.
public final class PrivateValues {
  /// Bytes of a project's secret.
  public static final int SECRET_BYTES = 32;

  private static final String TOKEN_PREFIX = "tk1_";
  private static final byte[] TOKEN_START = TOKEN_PREFIX.getBytes(StandardCharsets.US_ASCII);
  private static final byte[] MASK = "****".getBytes(StandardCharsets.US_ASCII);
  private static final String HMAC = "HmacSHA256";
  private static final int HALF_BYTES = 16;

  private static final int UUID_VERSION_AT = 6;
  private static final int UUID_VARIANT_AT = 8;

  private final SecretKeySpec hashKey;
  private final SecretKeySpec tokenIvKey;
  private final SecretKeySpec tokenKey;

  /// An HMAC costs less than looking for a provider.
  private final ThreadLocal<Mac> hashMac;

  private final ThreadLocal<Mac> tokenMac;

  /// @param secret {@link #SECRET_BYTES}, not kept
  public PrivateValues(byte[] secret) {
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException(
          "a secret of %d bytes, expected %d".formatted(secret.length, SECRET_BYTES));
    }
    SecretKeySpec root = new SecretKeySpec(secret, HMAC);
    hashKey = derived(root, "tyto hash 1", HMAC);
    tokenIvKey = derived(root, "tyto token iv 1", HMAC);
    tokenKey = derived(root, "tyto token 1", "AES");
    hashMac = ThreadLocal.withInitial(() -> mac(hashKey));
    tokenMac = ThreadLocal.withInitial(() -> mac(tokenIvKey));
  }

  /// What a policy leaves of a value in its physical form; null: nothing.
  ///
  /// @param type of the value, of the elements where the column is a list
  public byte @Nullable [] apply(Privacy privacy, ColumnType.Scalar type, byte[] value) {
    return switch (privacy.policy()) {
      case DROP -> null;
      case HASH -> type instanceof ColumnType.UuidType ? hashedUuid(value) : hashed(value);
      case TOKENIZE -> token(value);
      case MASK -> masked(value, privacy.shown());
    };
  }

  private byte[] hashed(byte[] value) {
    byte[] half = Arrays.copyOf(hashMac.get().doFinal(value), HALF_BYTES);
    return HexFormat.of().formatHex(half).getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] hashedUuid(byte[] value) {
    byte[] uuid = Arrays.copyOf(hashMac.get().doFinal(value), HALF_BYTES);
    uuid[UUID_VERSION_AT] = (byte) (uuid[UUID_VERSION_AT] & 0x0F | 0x80);
    uuid[UUID_VARIANT_AT] = (byte) (uuid[UUID_VARIANT_AT] & 0x3F | 0x80);
    return uuid;
  }

  /// The token of a value, in ASCII.
  public byte[] token(byte[] value) {
    byte[] iv = Arrays.copyOf(tokenMac.get().doFinal(value), HALF_BYTES);
    byte[] text = counterMode(Cipher.ENCRYPT_MODE, iv, value, 0, value.length);
    byte[] sealed = Arrays.copyOf(iv, HALF_BYTES + text.length);
    System.arraycopy(text, 0, sealed, HALF_BYTES, text.length);
    byte[] base64 = Base64.getUrlEncoder().withoutPadding().encode(sealed);
    byte[] token = Arrays.copyOf(TOKEN_START, TOKEN_START.length + base64.length);
    System.arraycopy(base64, 0, token, TOKEN_START.length, base64.length);
    return token;
  }

  /// The value of a token of this project's, or null where it is none.
  public byte @Nullable [] valueOf(byte[] token) {
    if (!Arrays.equals(
        TOKEN_START, 0, TOKEN_START.length, token, 0, Math.min(token.length, TOKEN_START.length))) {
      return null;
    }
    byte[] sealed;
    try {
      sealed =
          Base64.getUrlDecoder()
              .decode(Arrays.copyOfRange(token, TOKEN_START.length, token.length));
    } catch (IllegalArgumentException e) {
      return null; // text that begins like a token
    }
    if (sealed.length < HALF_BYTES) {
      return null;
    }
    byte[] iv = Arrays.copyOf(sealed, HALF_BYTES);
    byte[] value =
        counterMode(Cipher.DECRYPT_MODE, iv, sealed, HALF_BYTES, sealed.length - HALF_BYTES);
    byte[] expected = Arrays.copyOf(tokenMac.get().doFinal(value), HALF_BYTES);
    return MessageDigest.isEqual(iv, expected) ? value : null;
  }

  /// What a mask with fewer characters shown makes of a value that is masked already: the same as
  /// of the value itself.
  public byte[] narrowed(byte[] masked, int shown) {
    String tail =
        new String(masked, MASK.length, masked.length - MASK.length, StandardCharsets.UTF_8);
    return withMask(tail, Math.min(shown, tail.codePointCount(0, tail.length())));
  }

  private static byte[] masked(byte[] value, int shown) {
    String text = new String(value, StandardCharsets.UTF_8);
    return withMask(text, Math.min(shown, text.codePointCount(0, text.length()) / 2));
  }

  private static byte[] withMask(String text, int shown) {
    String end = text.substring(text.offsetByCodePoints(text.length(), -shown));
    byte[] tail = end.getBytes(StandardCharsets.UTF_8);
    byte[] masked = Arrays.copyOf(MASK, MASK.length + tail.length);
    System.arraycopy(tail, 0, masked, MASK.length, tail.length);
    return masked;
  }

  private byte[] counterMode(int mode, byte[] iv, byte[] data, int from, int length) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(mode, tokenKey, new IvParameterSpec(iv));
      return cipher.doFinal(data, from, length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES in counter mode", e);
    }
  }

  private static SecretKeySpec derived(SecretKeySpec root, String purpose, String algorithm) {
    byte[] key = mac(root).doFinal(purpose.getBytes(StandardCharsets.US_ASCII));
    return new SecretKeySpec(key, algorithm);
  }

  private static Mac mac(SecretKeySpec key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java has " + HMAC, e);
    }
  }
}
