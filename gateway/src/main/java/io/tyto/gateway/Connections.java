package io.tyto.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/// Counts connections that stay open. Thread-safe.
final class Connections {
  private final int most;
  private final AtomicInteger open = new AtomicInteger();

  Connections(int most) {
    this.most = most;
  }

  /// Whether there is room for one more, which then is taken.
  boolean enter() {
    if (open.incrementAndGet() <= most) {
      return true;
    }
    open.decrementAndGet();
    return false;
  }

  int open() {
    return open.get();
  }

  void leave() {
    open.decrementAndGet();
  }

  String refusal() {
    return "%d WebSockets and event streams are open, which is as many as this server keeps; come back later"
        .formatted(most);
  }
}
