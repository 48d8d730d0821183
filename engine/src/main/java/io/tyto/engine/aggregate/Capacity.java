package io.tyto.engine.aggregate;

/// How arrays by group grow.
final class Capacity {
  private static final int FIRST = 16;

  private Capacity() {}

  /// Exact at first (a scan often knows its groups beforehand), by half from then on.
  static int grown(int length, int needed) {
    return length == 0 ? Math.max(FIRST, needed) : Math.max(needed, length + (length >> 1));
  }
}
