package io.tyto.model.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.TytoException;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class KeyTextTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);

  private final RandomGenerator random = new Random(SEED);

  @Test
  void theTextHasItsForm() {
    KeyText key = KeyText.random("live", random);
    assertTrue(
        key.text().matches("ck_live_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}"), key.text());
    assertEquals(key, KeyText.parse(key.text()));
    assertEquals("test", KeyText.random("test", random).environment());
  }

  @Test
  void everyTypoIsFoundOffline() {
    String text = KeyText.random("live", random).text();
    for (int at = 0; at < text.length(); at++) {
      char wrong = text.charAt(at) == 'x' ? 'y' : 'x';
      String typo = text.substring(0, at) + wrong + text.substring(at + 1);
      assertNull(KeyText.parse(typo), "seed " + SEED + ": " + typo);
      assertNull(KeyText.parse(text.substring(0, at) + text.substring(at + 1)));
    }
    for (int at = 1; at < text.length(); at++) {
      char[] swapped = text.toCharArray();
      swapped[at - 1] = text.charAt(at);
      swapped[at] = text.charAt(at - 1);
      if (swapped[at] != swapped[at - 1]) {
        assertNull(KeyText.parse(new String(swapped)), "seed " + SEED);
      }
    }
  }

  @Test
  void anythingElseIsNoKey() {
    String text = KeyText.random("live", random).text();
    assertNull(KeyText.parse(""));
    assertNull(KeyText.parse(text + "\n"));
    assertNull(KeyText.parse(" " + text));
    assertNull(KeyText.parse(text.repeat(2)));
    assertNull(KeyText.parse(text.replace("live", "LIVE")));
    assertThrows(TytoException.class, () -> KeyText.random("Prod!", random));
  }

  @Test
  void aKeyShowsItsSecretNowhere() {
    KeyText key = KeyText.random("live", random);
    assertEquals("ck_live_" + key.id(), key.toString());
    assertFalse(key.hash().contains(key.secret()));
    assertEquals(64, key.hash().length());
  }

  @Test
  void aNewSecretIsOfTheSameKey() {
    KeyText key = KeyText.random("live", random);
    KeyText next = KeyText.random("live", key.id(), random);
    assertEquals(key.id(), next.id());
    assertFalse(key.secret().equals(next.secret()));
  }
}
