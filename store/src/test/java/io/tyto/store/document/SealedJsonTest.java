package io.tyto.store.document;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class SealedJsonTest {
  private static final byte[] DOCUMENT =
      SealedJson.seal(json -> {
        json.writeNumberField("format", 1);
        json.writeArrayFieldStart("requires");
        json.writeString("wings");
        json.writeEndArray();
        json.writeStringField("name", "barn \"owl\"");
        json.writeNumberField("fraction", 0.5);
        json.writeNullField("nothing");
        json.writeArrayFieldStart("list");
        json.writeNumber(Long.MAX_VALUE);
        json.writeNumber(-1);
        json.writeEndArray();
      });

  private static TytoException corrupt(byte[] document) {
    TytoException failure =
        assertThrows(TytoException.class, () -> SealedJson.open("1/m/7", document));
    assertEquals(ErrorCode.MANIFEST_CORRUPT, failure.code());
    assertTrue(String.valueOf(failure.getMessage()).contains("1/m/7"), failure.getMessage());
    return failure;
  }

  @Test
  void membersAreReadByNameAndUnknownOnesIgnored() {
    JsonFields json = SealedJson.open("1/m/7", DOCUMENT);
    assertEquals("barn \"owl\"", json.string("name"));
    assertEquals(List.of(Long.MAX_VALUE, -1L), json.numbers("list"));
    assertNull(json.stringOrNull("nothing"));
    assertEquals(SealedJson.sha256(DOCUMENT), json.string("sha256"));
  }

  @Test
  void everyFlippedBitIsNoticed() {
    for (int at = 0; at < DOCUMENT.length; at++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] damaged = DOCUMENT.clone();
        damaged[at] ^= (byte) (1 << bit);
        corrupt(damaged);
      }
    }
  }

  @Test
  void everyCutIsNoticed() {
    for (int length = 0; length < DOCUMENT.length; length++) {
      corrupt(Arrays.copyOf(DOCUMENT, length));
    }
    corrupt(Arrays.copyOf(DOCUMENT, DOCUMENT.length + 1));
  }

  @Test
  void aWrongMemberSaysWhereItIsAndWhatWasExpected() {
    JsonFields json = SealedJson.open("1/m/7", DOCUMENT);
    for (Runnable wrong :
        List.<Runnable>of(
            () -> json.number("name"),
            () -> json.string("absent"),
            () -> json.strings("list"),
            () -> json.number("fraction"),
            () -> json.object("list"),
            () -> json.constant("name", ErrorCode.class))) {
      TytoException failure = assertThrows(TytoException.class, wrong::run);
      assertEquals(ErrorCode.MANIFEST_CORRUPT, failure.code());
      assertTrue(String.valueOf(failure.getMessage()).startsWith("1/m/7/"), failure.getMessage());
    }
  }

  @Test
  void aFeatureThatIsNotKnownIsRefusedByName() {
    JsonFields json = SealedJson.open("1/m/7", DOCUMENT);
    json.requireReadable(1, Set.of("wings", "claws"));
    TytoException refused =
        assertThrows(TytoException.class, () -> json.requireReadable(1, Set.of("claws")));
    assertEquals(ErrorCode.STORE_UNSUITABLE, refused.code());
    assertTrue(String.valueOf(refused.getMessage()).contains("wings"));
    assertThrows(TytoException.class, () -> json.requireReadable(2, Set.of("wings")));
  }

  @Test
  void theSameContentGivesTheSameBytes() {
    assertArrayEquals(
        SealedJson.seal(json -> json.writeNumberField("a", 1)),
        SealedJson.seal(json -> json.writeNumberField("a", 1)));
  }
}
