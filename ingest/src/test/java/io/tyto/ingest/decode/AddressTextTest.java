package io.tyto.ingest.decode;

import static io.tyto.ingest.decode.DecodeFixture.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tyto.model.schema.ColumnType;
import io.tyto.model.schema.Values;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AddressTextTest {
  private static final long SEED = Long.getLong("test.seed", 20261121L);

  @Test
  void readsAddressesAsTheJdkDoes() throws UnknownHostException {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      byte[] address = new byte[random.nextBoolean() ? 4 : 16];
      for (int b = 0; b < address.length; b += 2) {
        // Runs of zeros, as they are what IPv6 shortens.
        if (random.nextInt(3) > 0) {
          address[b] = (byte) (random.nextBoolean() ? 0 : random.nextInt());
          address[b + 1] = (byte) random.nextInt();
        }
      }
      InetAddress expected = InetAddress.getByAddress(address);
      String text = expected.getHostAddress();
      assertArrayEquals(Values.toBytes(ColumnType.IP, expected), ip(text), text);
      String shortened = text.replaceFirst("(^|:)0(:0)+(:|$)", "::");
      assertArrayEquals(
          Values.toBytes(ColumnType.IP, expected), ip(shortened), () -> shortened + " of " + text);
    }
  }

  @Test
  void readsEverySpelling() {
    for (String text :
        List.of(
            "::",
            "::1",
            "1::",
            "fe80::1:2",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "::ffff:10.0.0.7",
            "64:ff9b::1.2.3.4",
            "ABCD:ef01::",
            "0.0.0.0",
            "255.255.255.255")) {
      assertNotNull(ip(text), text);
    }
    assertArrayEquals(ip("10.0.0.7"), ip("::ffff:10.0.0.7"));
    assertArrayEquals(ip("::ffff:a00:7"), ip("10.0.0.7"));
  }

  @Test
  void refusesWhatIsNoAddress() {
    for (String text :
        List.of(
            "",
            ":",
            ":::",
            "1:",
            ":1",
            "1::2::3",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4:5:6:7:8::",
            "12345::",
            "g::",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "01.2.3.4",
            "1.2.3.",
            "1..2.3",
            "1.2.3.4 ",
            "fe80::1%eth0",
            "[::1]",
            "localhost",
            "1:2:3:4:5:6:7:1.2.3.4",
            "1.2.3.4::")) {
      assertNull(ip(text), text);
    }
  }

  @Test
  void readsUuids() {
    UUID uuid = UUID.fromString("123e4567-e89b-12d3-a456-426614174000");
    byte[] expected = Values.toBytes(ColumnType.UUID, uuid);
    for (String text :
        List.of(
            "123e4567-e89b-12d3-a456-426614174000",
            "123E4567-E89B-12D3-A456-426614174000",
            "123e4567e89b12d3a456426614174000")) {
      assertArrayEquals(expected, uuid(text), text);
    }
    for (String text :
        List.of(
            "",
            "123e4567",
            "123e4567-e89b-12d3-a456-42661417400g",
            "123e4567-e89b-12d3-a456-4266141740000",
            "123e4567_e89b_12d3_a456_426614174000",
            "{123e4567-e89b-12d3-a456-4266141740}")) {
      assertNull(uuid(text), text);
    }
  }

  private static byte @Nullable [] ip(String text) {
    byte[] data = utf8(text);
    return AddressText.ip(data, 0, data.length);
  }

  private static byte @Nullable [] uuid(String text) {
    byte[] data = utf8(text);
    return AddressText.uuid(data, 0, data.length);
  }
}
