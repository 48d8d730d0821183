package io.tyto.model.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.schema.JsonPointer.Each;
import io.tyto.model.schema.JsonPointer.Member;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonPointerTest {
  @Test
  void stepsComeFromTheTextAndBack() {
    for (String text :
        new String[] {"", "/a", "/a/0/*/b", "/", "/a~1b/~0x/~2", "/US Gross", "/a*"}) {
      assertEquals(text, JsonPointer.parse(text).toString());
    }
    assertEquals(
        List.of(new Member("a/b"), new Each(), new Member("*")),
        JsonPointer.parse("/a~1b/*/~2").steps());
    assertTrue(JsonPointer.parse("/a/*").isMany());
    assertFalse(JsonPointer.parse("/a/~2").isMany());
  }

  @Test
  void indexesAreNumbersWithoutLeadingZeros() {
    assertEquals(12, new Member("12").index());
    assertEquals(0, new Member("0").index());
    assertEquals(-1, new Member("01").index());
    assertEquals(-1, new Member("a").index());
  }

  @Test
  void whatIsNoPointerIsRefused() {
    for (String text : new String[] {"a", "a/b", "/a~", "/a~3", "/x".repeat(33)}) {
      assertThrows(IllegalArgumentException.class, () -> JsonPointer.parse(text), text);
    }
  }
}
