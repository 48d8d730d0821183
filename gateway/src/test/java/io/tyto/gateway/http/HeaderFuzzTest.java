package io.tyto.gateway.http;

import io.tyto.testkit.fuzz.Fuzz;
import io.tyto.testkit.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Headers that are more than a word, and JSON.
class HeaderFuzzTest {
  public static final class Accepts implements FuzzTarget {
    @Override
    public void take(byte[] input) {
      String header = new String(input, StandardCharsets.ISO_8859_1);
      Accept accept = Accept.of(header);
      double quality = accept.quality("application/json");
      if (!(quality >= 0 && quality <= 1)) {
        throw new IllegalStateException("a quality of " + quality);
      }
      MediaType type = MediaType.parse(header);
      if (type != null) {
        type.isUtf8();
      }
    }
  }

  /// A body, read and written again.
  public static final class Bodies implements FuzzTarget {
    @Override
    public void take(byte[] input) {
      Object value = JsonText.parse(input);
      Object again = JsonText.parse(JsonText.of(value).getBytes());
      if (!String.valueOf(value).equals(String.valueOf(again))) {
        throw new IllegalStateException(value + " was written as " + again);
      }
    }
  }

  @Test
  void accepts() {
    Fuzz.run("accepts", Accepts.class, 8_000);
  }

  @Test
  void bodies() {
    Fuzz.run("bodies", Bodies.class, 8_000);
  }
}
