package io.tyto.ingest.log;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A place among processes that share the partitions of topics: which of them each process should
/// own.
///
/// It only suggests. Two processes may be suggested the same partition for a while, or none, and a
/// process that stood still learns late what was given to others; what decides is the claim of the
/// partition's manifests. Thread-safe. Lifetime: from {@link LogSource#join} to {@link #close},
/// which leaves, so that the others get this process's share at once.
public interface Membership extends AutoCloseable {
  /// What is told of suggestions, on a thread of the membership. Returns once what is suggested no
  /// more was handed over, or after a bounded time: only then others are suggested it.
  interface Listener {
    /// @param partitions all that are suggested now; those of the first topic by name stand for
    ///   those of all
    void suggested(Set<Integer> partitions);
  }

  /// Why nothing is suggested at the moment; null where all is well.
  @Nullable String problem();

  @Override
  void close();
}
