package io.tyto.engine.page;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/// Hashes that are the same in every process and version: ids that clients cache. SHA-256 cut
/// short.
public final class StableHash {
  private static final int ID_BYTES = 12;
  private static final byte END = 0;
  private static final byte NULL = 1;
  private static final byte VALUE = 2;

  private final MessageDigest digest = newDigest();

  public static long of(String text) {
    byte[] hash = newDigest().digest(text.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.wrap(hash).getLong();
  }

  public StableHash add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  public StableHash addNull() {
    digest.update(NULL);
    return this;
  }

  public StableHash add(long value) {
    return add(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
  }

  /// With its length, so that neighbours cannot run into each other.
  public StableHash add(byte[] value) {
    digest.update(VALUE);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(value.length).flip());
    digest.update(value);
    return this;
  }

  /// The same as a number; this object begins anew.
  public long number() {
    digest.update(END);
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  /// 16 characters; this object begins anew.
  public String id() {
    digest.update(END);
    ByteBuffer hash = ByteBuffer.wrap(digest.digest(), 0, ID_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(copy(hash));
  }

  private static byte[] copy(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
