package io.tyto.cluster.rpc;

import org.jspecify.annotations.Nullable;

/// A node did not answer, or stopped in the middle: another may. What it has done is unknown.
public final class UnreachableException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final NodeAddress node;

  public UnreachableException(NodeAddress node, String reason, @Nullable Throwable cause) {
    super("node %s does not answer: %s".formatted(node, reason), cause);
    this.node = node;
  }

  public NodeAddress node() {
    return node;
  }
}
