package io.tyto.cluster.operate;

/// What this process does when its cluster is operated. Thread-safe; begins and returns.
public interface Operated {
  /// Seals and hands over all that it owns, and takes nothing until it comes back.
  void withdraw();

  /// Takes its share again.
  void comeBack();

  /// Ends the process in order.
  void stop();

  /// Whether one process has to own all partitions of a group, as a log feeds several of them.
  boolean isOfOne(int group);
}
