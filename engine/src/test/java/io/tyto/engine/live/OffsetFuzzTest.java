package io.tyto.engine.live;

import io.tyto.engine.page.Cursor;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.testkit.fuzz.Fuzz;
import io.tyto.testkit.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/// Cursors of pages and offsets of events: text that clients give back, or make up.
class OffsetFuzzTest {
  /// The text itself where it begins with a letter, else the bytes behind the first in Base64.
  public static final class Offsets implements FuzzTarget {
    @Override
    public void take(byte[] input) {
      boolean isText = input.length == 0 || Character.isLetter(input[0]);
      String text =
          isText
              ? new String(input, StandardCharsets.UTF_8)
              : Base64.getUrlEncoder().encodeToString(input);
      try {
        Cursor.decode(text, "x");
      } catch (TytoException e) {
        if (e.code().type() != ErrorCode.Type.USER) {
          throw e;
        }
      }
      EventOffset.decode(text, 1, Instant.parse("2026-11-21T12:00:00Z"));
    }
  }

  @Test
  void offsets() {
    Fuzz.run("offsets", Offsets.class, 20_000);
  }
}
