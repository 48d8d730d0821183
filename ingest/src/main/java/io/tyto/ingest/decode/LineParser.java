package io.tyto.ingest.decode;

/// Reads records of the usual shape from their line straight into columns.
///
/// Thread-safety: none; each thread has its own.
public interface LineParser {
  int UNUSUAL = -1;

  /// Prepares for the lines of one block.
  void begin(byte[] data, int to);

  /// Writes the record that begins here into the row that the builder is at, without ending it.
  /// Returns where the next line begins, or {@link #UNUSUAL} where the record must be left to a
  /// {@link RecordDecoder}: then it may be anything, a rejection too.
  int parse(int from);
}
