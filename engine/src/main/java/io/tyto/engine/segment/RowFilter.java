package io.tyto.engine.segment;

/// Decides which rows a rewrite keeps. Asked more than once for a row; must answer alike.
@FunctionalInterface
public interface RowFilter {
  /// @param source position in the list of sources given to the writer
  /// @param row row of that source
  boolean keeps(int source, int row);
}
