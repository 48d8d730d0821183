package io.tyto.ingest.decode;

import org.jspecify.annotations.Nullable;

/// Reads uuids and IP addresses into their 16 bytes. Never asks a name server, unlike
/// `InetAddress.getByName`.
final class AddressText {
  private static final int BYTES = 16;
  private static final int GROUPS = 8;
  private static final int UUID_LENGTH = 36;
  private static final int IPV4_OFFSET = 12;

  private AddressText() {}

  /// A uuid as 32 hexadecimal digits, in groups of 8-4-4-4-12 or in one; null where the text is
  /// none.
  static byte @Nullable [] uuid(byte[] data, int from, int to) {
    boolean isGrouped = to - from == UUID_LENGTH;
    if (!isGrouped && to - from != 2 * BYTES) {
      return null;
    }
    byte[] uuid = new byte[BYTES];
    int position = from;
    for (int i = 0; i < BYTES; i++) {
      if (isGrouped && (i == 4 || i == 6 || i == 8 || i == 10) && data[position++] != '-') {
        return null;
      }
      int high = hex(data[position++]);
      int low = hex(data[position++]);
      if (high < 0 || low < 0) {
        return null;
      }
      uuid[i] = (byte) (high << 4 | low);
    }
    return uuid;
  }

  /// An IPv4 or IPv6 address, IPv4 as ::ffff:a.b.c.d; null where the text is none.
  static byte @Nullable [] ip(byte[] data, int from, int to) {
    byte[] ip = new byte[BYTES];
    if (ipv4(data, from, to, ip, IPV4_OFFSET)) {
      ip[10] = (byte) 0xFF;
      ip[11] = (byte) 0xFF;
      return ip;
    }
    return ipv6(data, from, to, ip) ? ip : null;
  }

  /// The four bytes of an IPv4 address as ::ffff:a.b.c.d; null where it is none.
  static byte @Nullable [] mapped(byte[] address) {
    if (address.length != BYTES - IPV4_OFFSET) {
      return null;
    }
    byte[] ip = new byte[BYTES];
    ip[10] = (byte) 0xFF;
    ip[11] = (byte) 0xFF;
    System.arraycopy(address, 0, ip, IPV4_OFFSET, address.length);
    return ip;
  }

  /// Four decimal bytes without leading zeros, which some systems read as octal.
  private static boolean ipv4(byte[] data, int from, int to, byte[] target, int at) {
    int position = from;
    for (int i = 0; i < 4; i++) {
      if (i > 0 && (position >= to || data[position++] != '.')) {
        return false;
      }
      int start = position;
      int value = 0;
      while (position < to
          && position - start < 3
          && data[position] >= '0'
          && data[position] <= '9') {
        value = value * 10 + (data[position++] - '0');
      }
      int length = position - start;
      if (length == 0 || value > 255 || length > 1 && data[start] == '0') {
        return false;
      }
      target[at + i] = (byte) value;
    }
    return position == to;
  }

  /// Groups of up to four digits, one run of zero groups as `::`, the last 32 bits perhaps as IPv4.
  private static boolean ipv6(byte[] data, int from, int to, byte[] target) {
    int position = from;
    int groups = 0;
    int gap = -1;
    if (to - from >= 2 && data[from] == ':' && data[from + 1] == ':') {
      gap = 0;
      position += 2;
    }
    while (position < to) {
      if (groups == GROUPS) {
        return false;
      }
      int stop = position;
      int value = 0;
      while (stop < to && stop - position < 4 && hex(data[stop]) >= 0) {
        value = value << 4 | hex(data[stop++]);
      }
      if (stop < to && data[stop] == '.') {
        return groups <= GROUPS - 2
            && ipv4(data, position, to, target, 2 * groups)
            && spread(target, groups + 2, gap);
      }
      if (stop == position) {
        return false;
      }
      target[2 * groups] = (byte) (value >> 8);
      target[2 * groups + 1] = (byte) value;
      groups++;
      position = stop;
      if (position == to) {
        break;
      }
      if (data[position] != ':' || position + 1 == to) {
        return false;
      }
      position++;
      if (data[position] == ':') {
        if (gap >= 0) {
          return false;
        }
        gap = groups;
        position++;
      }
    }
    return spread(target, groups, gap);
  }

  /// Moves the groups after the gap to the end and zeroes what is between.
  private static boolean spread(byte[] target, int groups, int gap) {
    if (gap < 0) {
      return groups == GROUPS;
    }
    if (groups == GROUPS) {
      return false;
    }
    int moved = 2 * (groups - gap);
    System.arraycopy(target, 2 * gap, target, BYTES - moved, moved);
    java.util.Arrays.fill(target, 2 * gap, BYTES - moved, (byte) 0);
    return true;
  }

  private static int hex(byte c) {
    return c < 0 ? -1 : Character.digit(c, 16);
  }
}
