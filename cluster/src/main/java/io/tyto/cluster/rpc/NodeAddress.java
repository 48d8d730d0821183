package io.tyto.cluster.rpc;

/// Where a node takes calls.
public record NodeAddress(String host, int port) {
  /// IllegalArgumentException for what is not `host:port`.
  public static NodeAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    try {
      return new NodeAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "'%s' is not the address of a node: host:port is expected".formatted(text), e);
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
