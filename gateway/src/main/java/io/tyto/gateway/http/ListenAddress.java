package io.tyto.gateway.http;

import java.util.regex.Pattern;

/// Where a server listens.
///
/// @param port 0 takes any free one
/// @param mayMove whether another port will do where this one is taken
public record ListenAddress(String host, int port, boolean mayMove) {
  public static final ListenAddress ANY_OF_LOOPBACK = new ListenAddress("127.0.0.1", 0);

  private static final int MAX_PORT = 65_535;
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?::1]?");

  public ListenAddress(String host, int port) {
    this(host, port, false);
  }

  /// The next port of this machine alone, or any where that one is taken.
  public ListenAddress beside() {
    return port == 0 || port == MAX_PORT
        ? ANY_OF_LOOPBACK
        : new ListenAddress(ANY_OF_LOOPBACK.host(), port + 1, true);
  }

  /// Reads `host:port`, which was checked before.
  public static ListenAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    return new ListenAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  /// Whether nobody but this machine reaches it.
  public boolean isLoopback() {
    return isLoopback(host);
  }

  /// Whether a host's name can mean nothing but this machine, whatever name servers say.
  public static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host).matches();
  }
}
