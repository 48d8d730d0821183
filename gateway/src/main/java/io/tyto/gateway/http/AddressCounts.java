package io.tyto.gateway.http;

import java.util.concurrent.ConcurrentHashMap;

/// Counts the open connections of each address. Thread-safe.
final class AddressCounts {
  private final int most;
  private final ConcurrentHashMap<String, Integer> open = new ConcurrentHashMap<>();

  /// @param most of one address
  AddressCounts(int most) {
    this.most = most;
  }

  /// Whether there is room for one more, which then is taken.
  boolean enter(String address) {
    boolean[] isIn = new boolean[1];
    open.compute(
        address,
        (_, count) -> {
          int now = count == null ? 0 : count;
          isIn[0] = now < most;
          return isIn[0] ? Integer.valueOf(now + 1) : count;
        });
    return isIn[0];
  }

  void leave(String address) {
    open.computeIfPresent(address, (_, count) -> count <= 1 ? null : count - 1);
  }
}
