package io.tyto.gateway.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

final class AcceptTest {
  private static final List<String> OFFERED = List.of("a/x", "a/y", "b/z");

  private static String best(String header) {
    return Accept.of(header).best(OFFERED);
  }

  @Test
  void theGladdestIsTakenThenTheMostExactThenTheFirst() {
    assertEquals("a/x", best(""));
    assertEquals("a/x", best("*/*"));
    assertEquals("a/y", best("a/y"));
    assertEquals("a/y", best("a/x;q=0.5, a/y;q=0.6"));
    assertEquals("a/y", best("*/*, a/y"));
    assertEquals("a/x", best("a/y, a/x"));
    assertEquals("b/z", best("b/*, c/d"));
    assertEquals("a/y", best("a/*, a/x;q=0"));
    assertEquals("b/z", best("B/Z"));
    assertEquals("a/x", best("a/*;q=0.2, */*;q=0.1"));
  }

  @Test
  void whatIsNotTakenIsNotSent() {
    assertNull(best("c/d"));
    assertNull(best("*/*;q=0"));
    assertNull(best("a/x;q=0, a/y;q=0.0, b/z;q=0.000"));
    assertNull(best("a/x;q=nan"));
    assertNull(best("a/x;charset=latin1"));
    assertEquals("a/x", best("a/x;charset=\"UTF-8\""));
    assertNull(best("nonsense"));
    assertNull(best("/, a/, /x"));
    assertEquals("b/z", best(",,  , b/z"));
  }

  @Test
  void aWildcardNamesNothing() {
    assertFalse(Accept.of("*/*").names("a/x"));
    assertFalse(Accept.of("a/x;q=0").names("a/x"));
    assertTrue(Accept.of("text/plain, a/x;q=0.1").names("a/x"));
  }

  @Test
  void aThousandRangesAreNoWork() {
    assertNull(best("c/d,".repeat(1_000) + "a/x"));
  }

  @Test
  void parametersAreReadWithoutQuotesAndCase() {
    MediaType type = MediaType.parse("Application/JSON ; Charset=\"Utf-8\"; x");
    assertNotNull(type);
    assertEquals("application/json", type.name());
    assertTrue(type.isUtf8());
    assertNull(MediaType.parse("json"));
    assertNull(MediaType.parse("a/b/c"));
    assertNull(MediaType.parse(null));
  }
}
