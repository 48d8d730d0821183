package io.tyto.store.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.tyto.model.port.AuditLog.Entry;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One line of an audit file: a JSON object in ASCII whose last members are the hash of the line
/// before and its own, the SHA-256 of all that stands before it.
///
/// @param text without the line break
record AuditLine(long number, String action, String previous, String hash, String text) {
  /// What the first line names as the one before it.
  static final String NOTHING = "0".repeat(64);

  private static final String HASH = ",\"hash\":\"";
  private static final Pattern FORM =
      Pattern.compile(
          "\\{\"number\":(\\d{1,18}),\"time\":\"[^\"]*\",\"caller\":\"(?:[^\"\\\\]|\\\\.)*\",\"action\":\"([^\"\\\\]*)\",.*,\"previous\":\"([0-9a-f]{64})\",\"hash\":\"([0-9a-f]{64})\"}");

  // No character of what callers chose can move a cursor or break a line.
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  static AuditLine of(long number, Instant time, Entry entry, String previous) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("number", number);
      json.writeStringField("time", time.toString());
      json.writeStringField("caller", entry.caller());
      json.writeStringField("action", entry.action());
      json.writeStringField("target", entry.target());
      json.writeStringField("outcome", entry.outcome());
      for (Map.Entry<String, Long> figure : entry.figures().entrySet()) {
        json.writeNumberField(figure.getKey(), figure.getValue());
      }
      json.writeStringField("previous", previous);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    String body = text.toString();
    String start = body.substring(0, body.length() - 1);
    String hash = sha256(start);
    return new AuditLine(number, entry.action(), previous, hash, start + HASH + hash + "\"}");
  }

  /// Null where it has not the form of a line; whether its hash fits is another question.
  static @Nullable AuditLine parse(String text) {
    Matcher matcher = FORM.matcher(text);
    return matcher.matches()
        ? new AuditLine(
            Long.parseLong(matcher.group(1)),
            matcher.group(2),
            matcher.group(3),
            matcher.group(4),
            text)
        : null;
  }

  boolean isIntact() {
    return sha256(text.substring(0, text.lastIndexOf(HASH))).equals(hash);
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
