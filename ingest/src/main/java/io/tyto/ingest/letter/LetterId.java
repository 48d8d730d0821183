package io.tyto.ingest.letter;

import io.tyto.ingest.partition.StoredLetter;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Who a letter is, as clients hold it: text that means nothing to them.
///
/// @param partition in whose chain it lies
public record LetterId(int partition, String logId, long logOffset) {
  private static final int MAX_CHARACTERS = 1_024;

  public static LetterId of(StoredLetter letter) {
    return new LetterId(letter.partition(), letter.logId(), letter.logOffset());
  }

  public String encode() {
    String text = partition + ":" + logOffset + ":" + logId;
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /// BAD_USER_INPUT where the text is no id.
  public static LetterId decode(String text) {
    try {
      if (text.length() <= MAX_CHARACTERS) {
        String[] parts =
            new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8).split(":", 3);
        if (parts.length == 3) {
          return new LetterId(Integer.parseInt(parts[0]), parts[2], Long.parseLong(parts[1]));
        }
      }
    } catch (IllegalArgumentException e) {
      throw invalid(e);
    }
    throw invalid(null);
  }

  private static TytoException invalid(
      @org.jspecify.annotations.Nullable IllegalArgumentException e) {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "this is no id of a dead letter: take one from deadLetters as it is",
        e);
  }
}
