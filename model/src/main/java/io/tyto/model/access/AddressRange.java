package io.tyto.model.access;

import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Addresses with a common beginning, IPv4 or IPv6: `10.0.0.0/8`, `2001:db8::/32`, `192.0.2.7`.
/// Addresses of IPv4 within IPv6 (`::ffff:10.0.0.1`) count as IPv4. No name is ever looked up.
public final class AddressRange {
  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  private final byte[] start;
  private final int bits;
  private final String text;

  private AddressRange(byte[] start, int bits, String text) {
    this.start = start;
    this.bits = bits;
    this.text = text;
  }

  /// BAD_USER_INPUT where it is no range, or begins within one.
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress address = address(slash < 0 ? text : text.substring(0, slash));
    if (address == null || slash >= 0 && !text.substring(slash + 1).matches("\\d{1,3}")) {
      throw wrong(text);
    }
    byte[] start = address.getAddress();
    int all = start.length * Byte.SIZE;
    int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
    if (bits > all) {
      throw wrong(text);
    }
    byte[] masked = masked(start, bits);
    if (!Arrays.equals(masked, start)) {
      throw new TytoException(
          ErrorCode.BAD_USER_INPUT,
          "the address range %s does not begin with its first address: expected %s/%d"
              .formatted(text, shown(masked), bits));
    }
    return new AddressRange(start, bits, shown(start) + "/" + bits);
  }

  private static TytoException wrong(String text) {
    return new TytoException(
        ErrorCode.BAD_USER_INPUT,
        "'%s' is no address range: expected such as 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32"
            .formatted(text));
  }

  /// Reads a literal address, a zone (`%eth0`) left out; null where it is none.
  public static @Nullable InetAddress address(String text) {
    int zone = text.indexOf('%');
    String literal = zone < 0 ? text : text.substring(0, zone);
    if (!IPV4.matcher(literal).matches() && !IPV6.matcher(literal).matches()) {
      return null;
    }
    try {
      return InetAddress.ofLiteral(literal);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  public boolean contains(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == start.length && Arrays.equals(masked(bytes, bits), start);
  }

  /// Whether all addresses of another range are in this one.
  public boolean covers(AddressRange other) {
    return other.start.length == start.length
        && bits <= other.bits
        && Arrays.equals(masked(other.start, bits), start);
  }

  /// What callers from one site have in common: the address, of IPv6 the first 64 bits, for anybody
  /// may have as many of those that share them as there are.
  public static String siteOf(InetAddress address) {
    return address instanceof Inet4Address
        ? address.getHostAddress()
        : shown(masked(address.getAddress(), 64)) + "/64";
  }

  private static byte[] masked(byte[] address, int bits) {
    byte[] masked = new byte[address.length];
    for (int i = 0; i < address.length; i++) {
      int kept = Math.clamp(bits - (long) i * Byte.SIZE, 0, Byte.SIZE);
      masked[i] = (byte) (address[i] & 0xFF00 >> kept);
    }
    return masked;
  }

  private static String shown(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (java.net.UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AddressRange range && text.equals(range.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }
}
