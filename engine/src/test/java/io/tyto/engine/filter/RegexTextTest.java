package io.tyto.engine.filter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.re2j.Pattern;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegexTextTest {
  private static final long SEED = Long.getLong("test.seed", 6L);
  private static final int ROUNDS = 3_000 * Integer.getInteger("test.scale", 1);
  private static final long MAX_BYTES = 8L << 20;
  private static final List<String> PIECES =
      List.of(
          "a",
          "(",
          ")",
          "(?:",
          "(?i)",
          "(?P<n>",
          "|",
          "*",
          "+",
          "?",
          "{2}",
          "{30}",
          "{1000}",
          "{0,900}",
          "{5,}",
          "{,5}",
          "{",
          "}",
          "[a-z]",
          "[",
          "]",
          "[^]a]",
          "[[:alpha:]]",
          "\\",
          "\\Q",
          "\\E",
          "\\pL",
          "\\p{Greek}",
          "\\x{61}",
          "\\d",
          "\\b",
          "^",
          "$",
          ".",
          "é");

  private static long bytes(String text) {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = thread.getCurrentThreadAllocatedBytes();
    try {
      RegexText.compile(text, true);
    } catch (IllegalArgumentException _) {
      // Refused: what it took is what counts.
    }
    return thread.getCurrentThreadAllocatedBytes() - before;
  }

  @Test
  void ordinaryOnesAreTaken() {
    for (String text :
        List.of(
            "",
            "^DE|FR$",
            "[a-z]{2,40}@(\\w+\\.){1,5}[a-z]{2,10}",
            "a{1000}",
            "\\Q((((\\E",
            "(a{30}){30}",
            "(?i:x)\\p{Greek}{3}",
            "\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}",
            "[]a{1000}]{100}",
            "[^\\x{4e00}-\\x{9fff}a-zé-ü-]",
            "(a+)+$")) {
      assertEquals(Pattern.compile(text), assertDoesNotThrow(() -> RegexText.compile(text, false)));
    }
  }

  @Test
  void whatWouldBeWrittenOutToAMountainIsRefused() {
    for (String text :
        List.of(
            "((a{1000}){1000}){1000}",
            "(a{50}){50}",
            "((((((((((a{9}){9}){9}){9}){9}){9}){9}){9}){9}){9})",
            "(?:(?:x{0,100}){0,100}){0,100}",
            "([[:alpha:]]{1000}[)]){9}",
            "(((\\Qa\\E{99}){99}))",
            "[ -\\x{10ffff}]",
            "[a-\uffff][b-\uffff]",
            "a".repeat(257),
            "(")) {
      assertThrows(IllegalArgumentException.class, () -> RegexText.compile(text, false), text);
      assertTrue(bytes(text) < MAX_BYTES, text);
    }
  }

  /// Of each of these RE2/J would look for the other case for ever.
  @Test
  void lettersWithoutAnotherCaseAreNotLookedForInBoth() {
    for (String text :
        List.of("\u1c80", "a\\x{1c88}", "[\u1c00-\u1cff]", "\\Q\u1c85", "[^\\x{1C81}]")) {
      assertDoesNotThrow(() -> RegexText.compile(text, false), text);
      assertThrows(IllegalArgumentException.class, () -> RegexText.compile(text, true), text);
      assertThrows(
          IllegalArgumentException.class,
          () -> RegexText.compile("(?s-m:x)(?mi:" + text + ")", false));
    }
    // In values they do no harm.
    for (String text : List.of("[\u0400-\u04ff]+", "\u0432", ".", "\\pL", "\\w", "[^x]")) {
      RegexText.compile(text, true).matcher("\u1c80\u1c88\u0432").find();
    }
  }

  @Test
  void noTextIsAMountain() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 1 + random.nextInt(20); i > 0; i--) {
        text.append(PIECES.get(random.nextInt(PIECES.size())));
      }
      long bytes = bytes(text.toString());
      assertTrue(bytes < MAX_BYTES, "-Dtest.seed=" + SEED + " " + text + ": " + bytes);
    }
  }
}
