package io.tyto.engine.filter;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.testkit.fuzz.Fuzz;
import io.tyto.testkit.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Patterns of filters, each with a value to look through.
class PatternFuzzTest {
  /// A pattern, an end of line, and a value.
  public static final class Patterns implements FuzzTarget {
    @Override
    public void take(byte[] input) {
      String[] parts = new String(input, StandardCharsets.UTF_8).split("\n", 2);
      byte[] value = parts[parts.length - 1].getBytes(StandardCharsets.UTF_8);
      if (parts[0].length() <= 1_024) {
        like(parts[0], value);
      }
      try {
        new BytesMatchers.Regex(RegexText.compile(parts[0], input.length % 2 == 0))
            .matches(value, 0, value.length);
      } catch (IllegalArgumentException e) {
        throw new TytoException(ErrorCode.BAD_USER_INPUT, "no regular expression", e);
      }
    }

    private static void like(String pattern, byte[] value) {
      try {
        LikeMatcher.of(pattern).matches(value, 0, value.length);
      } catch (TytoException e) {
        if (e.code() != ErrorCode.BAD_USER_INPUT) {
          throw e;
        }
      }
    }
  }

  @Test
  void patterns() {
    Fuzz.run("patterns", Patterns.class, 3_000);
  }
}
