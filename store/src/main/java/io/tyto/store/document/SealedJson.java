package io.tyto.store.document;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// A JSON object in UTF-8 whose last member is the SHA-256 of every byte before that member:
///
/// ```
/// {"format":1, ... ,"sha256":"<64 hex digits>"}
/// ```
///
/// The seal has a fixed length and is checked before anything is parsed, so damaged bytes never
/// reach the parser. Equal content gives equal bytes. Thread-safe: no state.
public final class SealedJson {
  static final JsonFactory FACTORY = new JsonFactory();

  private static final byte[] SEAL_START = ",\"sha256\":\"".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SEAL_END = "\"}".getBytes(StandardCharsets.US_ASCII);
  private static final int DIGITS = 64;
  private static final int SEAL_BYTES = SEAL_START.length + DIGITS + SEAL_END.length;

  private SealedJson() {}

  /// Writes the members of the object; at least one.
  @FunctionalInterface
  public interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  public static byte[] seal(Members members) {
    byte[] body = body(members);
    // The closing brace moves behind the seal.
    int length = body.length - 1;
    byte[] sealed = Arrays.copyOf(body, length + SEAL_BYTES);
    byte[] digits = sha256(body, 0, length).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(SEAL_START, 0, sealed, length, SEAL_START.length);
    System.arraycopy(digits, 0, sealed, length + SEAL_START.length, DIGITS);
    System.arraycopy(SEAL_END, 0, sealed, sealed.length - SEAL_END.length, SEAL_END.length);
    return sealed;
  }

  private static byte[] body(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 12);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /// Checks the seal and reads the object. MANIFEST_CORRUPT where seal or syntax are wrong.
  ///
  /// @param key names the document in errors
  public static JsonFields open(String key, byte[] document) {
    int length = document.length - SEAL_BYTES;
    if (length < 2 || !hasSealShape(document)) {
      throw JsonFields.corrupt(
          key,
          "a document that ends in its sha256",
          document.length + " bytes that do not (cut short, or not a Tyto document)");
    }
    String actual = sha256(document, 0, length);
    String expected = sha256(document);
    if (!actual.equals(expected)) {
      throw JsonFields.corrupt(key, "content with sha256 " + expected, "sha256 " + actual);
    }
    return JsonFields.parse(key, document);
  }

  /// The hash in the seal of a document, which names its whole content.
  public static String sha256(byte[] document) {
    int at = document.length - SEAL_END.length - DIGITS;
    return new String(document, at, DIGITS, StandardCharsets.US_ASCII);
  }

  /// Lower-case hex.
  public static String sha256OfBytes(byte[] bytes) {
    return sha256(bytes, 0, bytes.length);
  }

  private static boolean hasSealShape(byte[] document) {
    int start = document.length - SEAL_BYTES;
    int end = document.length - SEAL_END.length;
    return Arrays.equals(
            document, start, start + SEAL_START.length, SEAL_START, 0, SEAL_START.length)
        && Arrays.equals(document, end, document.length, SEAL_END, 0, SEAL_END.length);
  }

  private static String sha256(byte[] bytes, int offset, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, offset, length);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
