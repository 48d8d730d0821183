package io.tyto.model.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tyto.model.error.TytoException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AddressRangeTest {
  private static final long SEED = Long.getLong("test.seed", 20261122L);

  private static boolean contains(String range, String address) {
    return AddressRange.parse(range)
        .contains(Objects.requireNonNull(AddressRange.address(address), address));
  }

  @Test
  void addressesAreInTheirRange() {
    assertTrue(contains("10.0.0.0/8", "10.255.255.255"));
    assertTrue(!contains("10.0.0.0/8", "11.0.0.0"));
    assertTrue(contains("192.0.2.7", "192.0.2.7"));
    assertTrue(!contains("192.0.2.7", "192.0.2.6"));
    assertTrue(contains("0.0.0.0/0", "203.0.113.9"));
    assertTrue(contains("2001:db8::/32", "2001:db8:ffff::1"));
    assertTrue(!contains("2001:db8::/32", "2001:db9::1"));
    assertTrue(contains("::1", "0:0:0:0:0:0:0:1"));
    assertTrue(contains("fe80::/10", "fe80::1%eth0"));
  }

  @Test
  void familiesAreApartButForWhatIsMapped() {
    assertTrue(!contains("0.0.0.0/0", "2001:db8::1"));
    assertTrue(!contains("::/0", "10.0.0.1"));
    assertTrue(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
  }

  @Test
  void anythingElseIsRefusedAndNoNameIsLookedUp() {
    for (String wrong :
        new String[] {
          "", "localhost", "example.com/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129",
          "10.0.0/8", "1", "010.0.0.256", "10.0.0.1/8", "2001:db8::1/32", "10.0.0.0/8/8",
              "10.0.0.0/99999999999"
        }) {
      assertThrows(TytoException.class, () -> AddressRange.parse(wrong), wrong);
    }
    assertNull(AddressRange.address("localhost"));
    assertEquals(
        "the address range 10.1.2.3/8 does not begin with its first address: expected 10.0.0.0/8",
        assertThrows(TytoException.class, () -> AddressRange.parse("10.1.2.3/8")).getMessage());
  }

  @Test
  void bitsAgreeWithArithmetic() throws UnknownHostException {
    Random random = new Random(SEED);
    for (int i = 0; i < 2_000; i++) {
      byte[] base = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(base);
      int all = base.length * 8;
      int bits = random.nextInt(all + 1);
      BigInteger size = BigInteger.ONE.shiftLeft(all - bits);
      BigInteger first = new BigInteger(1, base).divide(size).multiply(size);
      AddressRange range = AddressRange.parse(address(first, base.length) + "/" + bits);
      BigInteger other =
          first.add(new BigInteger(all, random).mod(size)).mod(BigInteger.ONE.shiftLeft(all));
      String said = "seed " + SEED + ", " + range;
      assertTrue(contains(range.toString(), address(other, base.length)), said);
      BigInteger beyond = first.add(size);
      if (beyond.bitLength() <= all) {
        assertTrue(!contains(range.toString(), address(beyond, base.length)), said);
      }
    }
  }

  private static String address(BigInteger number, int length) throws UnknownHostException {
    byte[] bytes = new byte[length];
    byte[] raw = number.toByteArray();
    int count = Math.min(raw.length, length);
    System.arraycopy(raw, raw.length - count, bytes, length - count, count);
    return InetAddress.getByAddress(bytes).getHostAddress();
  }

  @Test
  void callersOfOneSiteAreTakenTogether() {
    assertEquals("192.0.2.7", site("192.0.2.7"));
    assertEquals(site("2001:db8:0:1::1"), site("2001:db8:0:1:ffff:ffff:ffff:ffff"));
    assertTrue(!site("2001:db8:0:1::1").equals(site("2001:db8:0:2::1")));
  }

  private static String site(String address) {
    return AddressRange.siteOf(Objects.requireNonNull(AddressRange.address(address)));
  }
}
