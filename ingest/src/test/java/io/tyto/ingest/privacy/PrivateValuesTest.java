package io.tyto.ingest.privacy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Privacy;
import io.tyto.model.schema.Privacy.Policy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateValuesTest {
  private static final PrivateValues VALUES = new PrivateValues(secret(1));

  @TempDir Path folder;

  private static byte[] secret(int seed) {
    byte[] secret = new byte[PrivateValues.SECRET_BYTES];
    new Random(seed).nextBytes(secret);
    return secret;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String apply(PrivateValues values, Policy policy, int shown, String value) {
    byte[] kept = values.apply(new Privacy(policy, shown), ColumnType.STRING, utf8(value));
    return new String(Objects.requireNonNull(kept), StandardCharsets.UTF_8);
  }

  @Test
  void formsStayForEver() {
    // Computed by OpenSSL too.
    assertEquals("dab8693244ab2f2e2314ab0ca0335f36", apply(VALUES, Policy.HASH, 0, "alice"));
    assertEquals("tk1_m9jdZhK4RSk41gPfu8xKOejJY96P", apply(VALUES, Policy.TOKENIZE, 0, "alice"));
    assertEquals("****4242", apply(VALUES, Policy.MASK, 4, "4000 0566 5566 4242"));
  }

  @Test
  void aHashDependsOnTheKeyAndTheValueAlone() {
    String hash = apply(VALUES, Policy.HASH, 0, "alice");
    assertEquals(hash, apply(new PrivateValues(secret(1)), Policy.HASH, 0, "alice"));
    assertNotEquals(hash, apply(VALUES, Policy.HASH, 0, "alicf"));
    assertNotEquals(hash, apply(new PrivateValues(secret(2)), Policy.HASH, 0, "alice"));
  }

  @Test
  void aHashedUuidIsAUuid() {
    byte[] raw = new byte[16];
    byte[] kept =
        VALUES.apply(new Privacy(Policy.HASH, 0), ColumnType.parse("uuid").element(), raw);
    byte[] uuid = Objects.requireNonNull(kept);
    UUID read =
        new UUID(
            java.nio.ByteBuffer.wrap(uuid).getLong(0), java.nio.ByteBuffer.wrap(uuid).getLong(8));
    assertEquals(8, read.version());
    assertEquals(2, read.variant());
  }

  @Test
  void tokensGiveTheValueBackToWhoHasTheKeyAndToNobodyElse() {
    Random random = new Random(7);
    for (int length = 0; length < 200; length++) {
      byte[] value = new byte[length];
      random.nextBytes(value);
      byte[] token = VALUES.token(value);
      assertArrayEquals(token, VALUES.token(value));
      assertArrayEquals(value, VALUES.valueOf(token));
      assertNull(new PrivateValues(secret(2)).valueOf(token));
      byte[] changed = token.clone();
      int at = 4 + random.nextInt(token.length - 5); // the last digit has spare bits
      changed[at] = (byte) (changed[at] == 'A' ? 'B' : 'A');
      assertNull(VALUES.valueOf(changed));
    }
  }

  @Test
  void whatIsNoTokenHasNoValue() {
    for (String text : new String[] {"", "tk1_", "tk1_AAAA", "tk1_****", "tk2_AAAA", "alice"}) {
      assertNull(VALUES.valueOf(utf8(text)), text);
    }
  }

  @Test
  void aMaskShowsHalfOfAValueAtMost() {
    assertEquals("****", apply(VALUES, Policy.MASK, 0, "secret"));
    assertEquals("****", apply(VALUES, Policy.MASK, 4, "x"));
    assertEquals("****b", apply(VALUES, Policy.MASK, 4, "ab"));
    assertEquals("****ñé", apply(VALUES, Policy.MASK, 2, "caaañé"));
    assertEquals("****😀", apply(VALUES, Policy.MASK, 4, "a😀"));
  }

  @Test
  void aMaskMadeNarrowerIsThatOfTheValue() {
    for (String value : new String[] {"", "a", "ab", "abcdef", "abcdefghijkl", "****12"}) {
      String wide = apply(VALUES, Policy.MASK, 4, value);
      byte[] narrow = VALUES.narrowed(utf8(wide), 2);
      assertEquals(
          apply(VALUES, Policy.MASK, 2, value), new String(narrow, StandardCharsets.UTF_8), value);
    }
  }

  @Test
  void theKeyFileIsMadeOnceAndOnlyItsOwnerReadsIt() throws IOException {
    Path file = folder.resolve("keys/1.key");
    KeyFile keys = new KeyFile(file);
    assertEquals(ErrorCode.KEY_MISSING, assertThrows(TytoException.class, keys::values).code());
    keys.create();
    String content = Files.readString(file);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(true, Pattern.matches("[0-9a-f]{64}\n", content));
    new KeyFile(file).create();
    assertEquals(content, Files.readString(file));
    assertEquals(1, Files.list(file.getParent()).count());
    assertEquals(
        apply(keys.values(), Policy.HASH, 0, "a"),
        apply(new KeyFile(file).values(), Policy.HASH, 0, "a"));
  }

  @Test
  void aKeyFileWithoutAKeyIsRefusedAndNotShown() throws IOException {
    Path file = folder.resolve("bad.key");
    Files.writeString(file, "c0ffee");
    TytoException refused = assertThrows(TytoException.class, new KeyFile(file)::values);
    assertEquals(ErrorCode.KEY_MISSING, refused.code());
    assertEquals(-1, String.valueOf(refused.getMessage()).indexOf("c0ffee"));
  }
}
