package io.tyto.model.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;

class SuggestionTest {
  private static final List<String> KNOWN = List.of("collection", "timeBounds", "user_id", "ts");

  @Test
  void slipsFindTheirWord() {
    assertEquals("collection", Suggestion.nearest("colection", KNOWN));
    assertEquals("collection", Suggestion.nearest("collectoin", KNOWN));
    assertEquals("timeBounds", Suggestion.nearest("time_bounds", KNOWN));
    assertEquals("user_id", Suggestion.nearest("userId", KNOWN));
    assertEquals("ts", Suggestion.nearest("tss", KNOWN));
    assertEquals(" (did you mean 'ts'?)", Suggestion.didYouMean("tss", KNOWN));
  }

  @Test
  void nothingNearIsNothing() {
    assertNull(Suggestion.nearest("payload", KNOWN));
    assertEquals("", Suggestion.didYouMean("payload", KNOWN));
    assertNull(Suggestion.nearest("x".repeat(100_000), KNOWN));
  }
}
