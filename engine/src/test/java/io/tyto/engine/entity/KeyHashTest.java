package io.tyto.engine.entity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.engine.row.Row;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// The values are those of the reference implementation: they must never change.
class KeyHashTest {

  @Test
  void equalsPublishedXxh64() {
    assertEquals(0xef46db3751d8e999L, KeyHash.of(new byte[0]));
    assertEquals(0xd24ec4f1a98c6e5bL, KeyHash.of(utf8("a")));
    assertEquals(0x44bc2cf5ad770999L, KeyHash.of(utf8("abc")));
    assertEquals(
        0x0b242d361fda71bcL, KeyHash.of(utf8("The quick brown fox jumps over the lazy dog")));
  }

  @Test
  void equalsPublishedXxh64OverEveryBranch() {
    // PRIME32-based sanity buffer of the reference test suite: 222 bytes, seed 0 and seed PRIME32.
    byte[] buffer = new byte[222];
    long generator = 2654435761L;
    for (int i = 0; i < buffer.length; i++) {
      buffer[i] = (byte) (generator >>> 56);
      generator *= 0x9E3779B185EBCA8DL;
    }
    assertEquals(0xB641AE8CB691C174L, KeyHash.of(buffer));
    assertEquals(0x20CB8AB7AE10C14AL, KeyHash.of(buffer, 2654435761L));
    byte[] fourteen = java.util.Arrays.copyOf(buffer, 14);
    assertEquals(0x8282DCC4994E35C8L, KeyHash.of(fourteen));
    assertEquals(0xC3BD6BF63DEB6DF0L, KeyHash.of(fourteen, 2654435761L));
  }

  @Test
  void partitionsAreWithinRangeAndEven() {
    int[] counts = new int[7];
    for (int i = 0; i < 70_000; i++) {
      counts[KeyHash.partition(utf8("user-" + i), counts.length)]++;
    }
    for (int count : counts) {
      assertTrue(Math.abs(count - 10_000) < 500, "uneven partition: " + count);
    }
  }

  @Test
  void keyBytesFollowThePhysicalForm() {
    Row row = new Row(4);
    row.setLong(0, 258);
    row.setBytes(1, utf8("u"));
    row.setDouble(2, 1.0);
    assertArrayEquals(new byte[] {0, 0, 0, 0, 0, 0, 1, 2}, KeyHash.keyOf(row, 0));
    assertArrayEquals(utf8("u"), KeyHash.keyOf(row, 1));
    assertArrayEquals(new byte[] {0x3f, (byte) 0xf0, 0, 0, 0, 0, 0, 0}, KeyHash.keyOf(row, 2));
    assertNull(KeyHash.keyOf(row, 3));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
