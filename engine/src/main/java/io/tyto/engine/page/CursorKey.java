package io.tyto.engine.page;

import io.tyto.model.access.Caller;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs the cursors that are handed out. What a client made up or changed is none, and so is one
/// of a caller who may do something else. Immutable and thread-safe.
public final class CursorKey {
  public static final int SECRET_BYTES = 32;

  private static final String HMAC = "HmacSHA256";
  private static final int TAG_BYTES = 16;
  private static final char SEPARATOR = '.';

  private final SecretKeySpec key;

  /// @param secret {@link #SECRET_BYTES}, not kept
  public CursorKey(byte[] secret) {
    if (secret.length != SECRET_BYTES) {
      throw new IllegalArgumentException(
          "a secret of %d bytes, expected %d".formatted(secret.length, SECRET_BYTES));
    }
    key = new SecretKeySpec(secret, HMAC);
  }

  /// One of this process alone: its cursors end with it.
  public static CursorKey random() {
    byte[] secret = new byte[SECRET_BYTES];
    new SecureRandom().nextBytes(secret);
    return new CursorKey(secret);
  }

  public Signer of(Caller caller) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      String bound = caller.project() + "\n" + caller.access().fingerprint();
      return new Signer(mac, mac.doFinal(bound.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
    }
  }

  /// Signs for one caller. Not thread-safe.
  public static final class Signer {
    private final Mac mac;
    private final byte[] caller;

    private Signer(Mac mac, byte[] caller) {
      this.mac = mac;
      this.caller = caller;
    }

    public String sign(String cursor) {
      return cursor
          + SEPARATOR
          + Base64.getUrlEncoder().withoutPadding().encodeToString(tag(cursor));
    }

    /// What was signed. CURSOR_INVALID where this caller was handed out no such cursor.
    public String open(String signed) {
      int end = signed.lastIndexOf(SEPARATOR);
      if (end < 0 || signed.length() > Cursor.MAX_CHARACTERS) {
        throw Cursor.invalid(null);
      }
      String cursor = signed.substring(0, end);
      byte[] tag;
      try {
        tag = Base64.getUrlDecoder().decode(signed.substring(end + 1));
      } catch (IllegalArgumentException e) {
        throw Cursor.invalid(e);
      }
      if (!MessageDigest.isEqual(tag, tag(cursor))) {
        throw new TytoException(
            ErrorCode.CURSOR_INVALID,
            "this cursor was not handed out for these credentials: take endCursor, startCursor or an"
                + " edge's cursor as it is, and begin without one where what they allow has changed");
      }
      return cursor;
    }

    private byte[] tag(String cursor) {
      mac.update(caller);
      return Arrays.copyOf(mac.doFinal(cursor.getBytes(StandardCharsets.UTF_8)), TAG_BYTES);
    }
  }
}
