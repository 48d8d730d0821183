package io.tyto.engine.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.engine.record.EventScan.Place;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EventOffsetTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123456Z");

  @Test
  void comesBackAsItWas() {
    EventOffset offset =
        new EventOffset(7, NOW, Map.of(new Place(3, -5L), 9L, new Place(0, 1L << 60), 1L << 50));
    assertEquals(offset, EventOffset.decode(offset.encode(), 7, NOW));
    EventOffset empty = new EventOffset(7, NOW, Map.of());
    assertEquals(empty, EventOffset.decode(empty.encode(), 7, NOW));
  }

  @Test
  void isOfOneCollectionAndForADay() {
    String text = new EventOffset(7, NOW, Map.of(new Place(0, 1), 2L)).encode();
    assertEquals(ErrorCode.CURSOR_INVALID, code(text, 8, NOW));
    EventOffset.decode(text, 7, NOW.plus(EventOffset.LIFETIME));
    assertEquals(
        ErrorCode.CURSOR_EXPIRED, code(text, 7, NOW.plus(EventOffset.LIFETIME).plusSeconds(1)));
  }

  /// Else one that is made up would live for ever.
  @Test
  void noneIsOfTheFuture() {
    Instant later = NOW.plusSeconds(600);
    String text = new EventOffset(7, later, Map.of(new Place(0, 1), 2L)).encode();
    assertEquals(ErrorCode.CURSOR_INVALID, code(text, 7, NOW));
    EventOffset.decode(text, 7, NOW.plusSeconds(301));
  }

  @Test
  void whatIsNoneIsRefused() {
    String text = new EventOffset(7, NOW, Map.of(new Place(0, 1), 2L)).encode();
    for (String wrong :
        List.of(
            "",
            "!",
            "AA",
            text.substring(0, text.length() - 3),
            "Ag" + text.substring(2),
            "x".repeat(2_000_000))) {
      assertEquals(ErrorCode.CURSOR_INVALID, code(wrong, 7, NOW), wrong.length() + " characters");
    }
  }

  private static ErrorCode code(String text, int collection, Instant now) {
    return assertThrows(TytoException.class, () -> EventOffset.decode(text, collection, now))
        .code();
  }
}
