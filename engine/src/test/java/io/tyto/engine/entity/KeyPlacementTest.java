package io.tyto.engine.entity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tyto.engine.row.Row;
import io.tyto.model.schema.ColumnType;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// Producers place records by these numbers, so they are compared with what their libraries say.
final class KeyPlacementTest {
  @Test
  void murmur2IsThatOfKafkasProducers() {
    // Values of org.apache.kafka.common.utils.Utils.murmur2, made positive as its partitioner does.
    assertEquals(-973932308 & Integer.MAX_VALUE, murmur2("21"));
    assertEquals(-790332482 & Integer.MAX_VALUE, murmur2("foobar"));
    assertEquals(-985981536 & Integer.MAX_VALUE, murmur2("a-little-bit-long-string"));
    assertEquals(-1486304829 & Integer.MAX_VALUE, murmur2("a-little-bit-longer-string"));
    assertEquals(
        -58897971 & Integer.MAX_VALUE, murmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"));
    assertEquals(479470107, murmur2("abc"));
  }

  @Test
  void crc32IsUnsigned() {
    assertEquals(0xCBF43926L, KeyPlacement.CRC32.ofText(utf8("123456789"), 0, 9));
  }

  @Test
  void numbersAndUuidsArePlacedByTheirText() {
    byte[] digits = utf8("-42");
    assertEquals(
        KeyPlacement.MURMUR2.ofText(digits, 0, digits.length), KeyPlacement.MURMUR2.of(-42));
    String text = "00112233-4455-6677-8899-aabbccddeeff";
    byte[] raw = new byte[16];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) (i * 0x11);
    }
    Row row = new Row(1);
    row.setBytes(0, raw);
    assertEquals(
        KeyPlacement.CRC32.ofText(utf8(text), 0, text.length()),
        KeyPlacement.CRC32.of(row, 0, ColumnType.UUID));
    assertEquals(KeyHash.of(raw), KeyPlacement.XXH64.of(row, 0, ColumnType.UUID));
  }

  private static long murmur2(String text) {
    byte[] key = utf8(text);
    return KeyPlacement.MURMUR2.ofText(key, 0, key.length);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
