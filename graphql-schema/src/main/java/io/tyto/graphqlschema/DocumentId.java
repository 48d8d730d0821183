package io.tyto.graphqlschema;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/// The SHA-256 of a document's text, in hexadecimal digits: what it is named by.
public record DocumentId(String hex) {
  private static final String PREFIX = "sha256:";
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

  public DocumentId {
    if (!HEX.matcher(hex).matches()) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "a document is named by the SHA-256 of its text, 64 digits of 0-9 and a-f");
    }
  }

  /// Reads `sha256:...`; BAD_USER_INPUT.
  public static DocumentId parse(String text) {
    return new DocumentId(text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : "");
  }

  public static DocumentId of(String document) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(document.getBytes(StandardCharsets.UTF_8));
      return new DocumentId(HexFormat.of().formatHex(digest));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
