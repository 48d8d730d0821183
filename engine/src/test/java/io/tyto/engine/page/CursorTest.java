package io.tyto.engine.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CursorTest {
  private static final long SEED = Long.getLong("test.seed", 7L);

  @Test
  void comesBackAsItWasHandedOut() {
    Cursor cursor = Cursor.of("snapshot/é", "input", 12, 34_567);
    assertEquals(cursor, Cursor.decode(cursor.encode(), "input"));
  }

  @Test
  void belongsToItsInput() {
    String text = Cursor.of("s", "input", 1, 2).encode();
    assertInvalid(() -> Cursor.decode(text, "other input"));
  }

  @Test
  void anythingElseIsInvalidAndNothingWorse() {
    for (String text : List.of("", "x", "????", "AAAA", "A".repeat(5_000), "ümlaut")) {
      assertInvalid(() -> Cursor.decode(text, "input"));
    }
    Random random = new Random(SEED);
    String good = Cursor.of("snapshot", "input", 1, 2).encode();
    for (int i = 0; i < 2_000; i++) {
      StringBuilder bad = new StringBuilder(good);
      bad.setCharAt(random.nextInt(bad.length()), (char) random.nextInt(128));
      try {
        Cursor.decode(bad.substring(0, random.nextInt(bad.length() + 1)), "input");
      } catch (TytoException e) {
        assertEquals(ErrorCode.CURSOR_INVALID, e.code(), "seed " + SEED + " round " + i);
      }
    }
  }

  private static void assertInvalid(org.junit.jupiter.api.function.Executable decode) {
    assertEquals(ErrorCode.CURSOR_INVALID, assertThrows(TytoException.class, decode).code());
  }
}
