package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.tyto.ingest.decode.Rejection.Code;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Compared with Jackson: both must take and refuse the same texts, and read the same strings.
class JsonScannerTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);
  private static final int SCALE = Integer.getInteger("test.scale", 1);
  private static final JsonFactory JACKSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /// Jackson takes a character for a hexadecimal digit whose lower byte is one.
  private static final Pattern WIDE_HEX = Pattern.compile("\\\\u[0-9a-fA-F]{0,3}[^\\x00-\\x7f]");

  private final JsonScanner scanner = new JsonScanner();

  @Test
  void agreesWithJacksonOnRandomAndDamagedTexts() throws IOException {
    Random random = new Random(SEED);
    int valid = 0;
    for (int i = 0; i < 20_000 * SCALE; i++) {
      String text = new RandomJson(random).text();
      assertTrue(isJsonByJackson(text), text);
      assertTrue(isJson(text), () -> "refused: " + text + ", seed " + SEED);
      String damaged = damage(text, random);
      if (WIDE_HEX.matcher(damaged).find()) {
        continue;
      }
      boolean expected = isJsonByJackson(damaged);
      valid += expected ? 1 : 0;
      assertEquals(expected, isJson(damaged), () -> damaged + ", seed " + SEED);
    }
    assertTrue(valid > 500, "damage should leave some texts whole, left " + valid);
  }

  @Test
  void readsTheSameStringsAsJackson() throws IOException, RejectException {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000 * SCALE; i++) {
      String text = new RandomJson(random).string();
      byte[] data = utf8(text);
      scanner.reset(data, 0, data.length);
      scanner.string();
      scanner.expectEnd();
      String found =
          new String(
              scanner.tokenData(),
              scanner.tokenFrom(),
              scanner.tokenTo() - scanner.tokenFrom(),
              StandardCharsets.UTF_8);
      try (JsonParser parser = JACKSON.createParser(text)) {
        parser.nextToken();
        assertEquals(parser.getText(), found, () -> text + ", seed " + SEED);
      }
    }
  }

  @Test
  void takesWhatTheGrammarTakes() {
    for (String text :
        List.of(
            "0",
            "-0",
            "-0.0e-0",
            "1E+2",
            "10.25",
            "\"\"",
            "\"\\u0000\\/\"",
            "null",
            "true",
            "false",
            "[]",
            "{}",
            " [ 1 , {\"a\" : [ ] } ]\r\n\t",
            "\"\u007f\"",
            "{\"\":0}",
            "1e1000000000000000000000",
            "\"\\ud83d\\ude00\"")) {
      assertTrue(isJson(text), text);
    }
  }

  @Test
  void refusesWhatTheGrammarRefuses() {
    for (String text :
        List.of(
            "",
            " ",
            "01",
            "+1",
            ".5",
            "5.",
            "1e",
            "1e+",
            "-",
            "--1",
            "0x1",
            "NaN",
            "Infinity",
            "-Infinity",
            "tru",
            "nul",
            "True",
            "'a'",
            "\"a",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\\u12",
            "\"\t\"",
            "\"\n\"",
            "[",
            "]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "{1:1}",
            "[1}",
            "1 2",
            "nullx",
            "\"\\",
            "// c\n1",
            "/* */1",
            "\u00a01",
            "[1,\u2028 2]")) {
      assertFalse(isJson(text), text);
    }
  }

  @Test
  void halfOfASurrogatePairIsNoString() {
    for (String text :
        List.of(
            "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\ud83d\"", "\"\\ud83dx\"", "\"\\ud83d\\n\"")) {
      byte[] data = utf8(text);
      scanner.reset(data, 0, data.length);
      RejectException e = assertThrows(RejectException.class, scanner::string, text);
      assertEquals(Code.INVALID_UTF8, e.rejection().code());
    }
  }

  @Test
  void findsTheSameKeyAtAnyDepthAndHoweverWritten() {
    assertEquals(Code.DUPLICATE_KEY, codeOf("{\"a\":1,\"a\":2}"));
    assertEquals(Code.DUPLICATE_KEY, codeOf("{\"ab\":1,\"\\u0061b\":2}"));
    assertEquals(Code.DUPLICATE_KEY, codeOf("[{\"x\":[{\"\":1,\"b\":2,\"\":3}]}]"));
    assertTrue(isJson("{\"a\":{\"a\":{\"a\":1}},\"b\":[{\"a\":1},{\"a\":2}]}"));
  }

  @Test
  void manyKeysTakeLinearTime() {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < 200_000; i++) {
      text.append('"').append(i).append("\":0,");
    }
    assertTrue(isJson(text + "\"last\":0}"));
    assertEquals(Code.DUPLICATE_KEY, codeOf(text + "\"77777\":0}"));
    assertTrue(isJson("{\"a\":1}"), "nothing is left of the record before");
  }

  @Test
  void depthHasALimitOnBothSidesOfIt() {
    int max = DecodeLimits.MAX_DEPTH;
    assertTrue(isJson("[".repeat(max) + "]".repeat(max)));
    assertEquals(Code.TOO_DEEP, codeOf("[".repeat(max + 1) + "]".repeat(max + 1)));
    assertEquals(Code.TOO_DEEP, codeOf("{\"a\":".repeat(1_000_000)));
  }

  private boolean isJson(String text) {
    return codeOf(text) == null;
  }

  private @Nullable Code codeOf(String text) {
    byte[] data = utf8(text);
    scanner.reset(data, 0, data.length);
    try {
      scanner.skip(1);
      scanner.expectEnd();
      return null;
    } catch (RejectException e) {
      return e.rejection().code();
    }
  }

  private static boolean isJsonByJackson(String text) throws IOException {
    try (JsonParser parser = JACKSON.createParser(text)) {
      int values = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (parser.getParsingContext().inRoot()) {
          values += token.isStructStart() ? 0 : 1;
        }
        // Jackson reads strings and numbers only when asked.
        parser.getText();
      }
      return values == 1;
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      return false;
    }
  }

  /// Removes, doubles or replaces a few characters.
  private static String damage(String text, Random random) {
    StringBuilder damaged = new StringBuilder(text);
    for (int n = 1 + random.nextInt(2); n > 0 && !damaged.isEmpty(); n--) {
      int at = random.nextInt(damaged.length());
      char c = "{}[],:\"\\ 0-.eEtu1\n".charAt(random.nextInt(18));
      switch (random.nextInt(3)) {
        case 0 -> damaged.deleteCharAt(at);
        case 1 -> damaged.insert(at, c);
        default -> damaged.setCharAt(at, c);
      }
    }
    // Half a pair of surrogates cannot be written as UTF-8 at all.
    return damaged.toString().replaceAll("[\ud800-\udfff]", "?");
  }
}
