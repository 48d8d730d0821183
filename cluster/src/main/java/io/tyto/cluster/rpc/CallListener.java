package io.tyto.cluster.rpc;

/// Told of each call to another node when it is over. Thread-safe; does not block.
@FunctionalInterface
public interface CallListener {
  CallListener NONE = (_, _, _) -> {};

  /// How a call ended.
  enum Outcome {
    /// With the whole answer.
    OK,
    /// With an error that the node answered.
    FAILED,
    /// The node did not answer, or not to the end.
    UNREACHABLE,
    /// Nobody waited for its end: the question was called off, or its time was over.
    LEFT
  }

  /// @param method what was asked for, of a closed set
  /// @param nanos from the question until the answer was read
  void ended(String method, Outcome outcome, long nanos);
}
