package io.tyto.ingest.enrich.builtin;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/// Addresses from columns; never asks a name server.
final class Addresses {
  private static final int MAX_TEXT = 64;
  private static final int IPV4_DOTS = 3;

  private Addresses() {}

  /// An address as text, with or without brackets and a zone; null where it is none.
  static @Nullable InetAddress ofText(String text) {
    String address = text.strip();
    if (address.length() > MAX_TEXT) {
      return null;
    }
    if (address.startsWith("[") && address.endsWith("]")) {
      address = address.substring(1, address.length() - 1);
    }
    int zone = address.indexOf('%');
    address = zone < 0 ? address : address.substring(0, zone);
    // Shorter forms of IPv4, such as 127.1, are slips more often than meant.
    boolean isWhole =
        address.indexOf(':') >= 0 || address.chars().filter(c -> c == '.').count() == IPV4_DOTS;
    try {
      return isWhole ? InetAddress.ofLiteral(address) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
