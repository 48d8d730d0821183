package io.tyto.model.query;

/// Told of what a query's work consists, by those who do it. Thread-safe.
///
/// Of {@link #NONE} nothing is kept and nothing is allocated, so that who works need not ask
/// whether anybody looks.
public interface QueryTrace {
  /// Nobody looks.
  QueryTrace NONE = (what, of) -> Part.NOTHING;

  /// Begins a part of the work on the thread that will end it.
  ///
  /// @param what such as `scan`, from a closed set
  /// @param of which collection, or whatever else somebody configured; no value of anybody's data
  Part begin(String what, String of);

  /// A part that is under way.
  interface Part {
    Part NOTHING = (rows, bytes, sources) -> {};

    /// Ends it; once.
    ///
    /// @param sources that were read: segments and chunks of tails
    void end(long rows, long bytes, int sources);
  }
}
