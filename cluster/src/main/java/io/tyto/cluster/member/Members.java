package io.tyto.cluster.member;

import java.time.Duration;
import java.util.List;

/// The processes of a cluster as this one sees them. Thread-safe.
public interface Members extends AutoCloseable {
  Member self();

  /// All of them, this one too, by id.
  List<Member> all();

  /// Tells the others what this process is now.
  void announce(Member self);

  /// How long it takes until all have heard what is announced, if nothing is wrong.
  Duration spread();

  @Override
  void close();
}
