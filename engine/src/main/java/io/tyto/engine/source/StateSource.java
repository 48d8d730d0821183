package io.tyto.engine.source;

/// Rows that are states of groups of other rows: to read one is to merge it into a state, not to
/// take a value in.
///
/// What the groups are keyed by are columns as of any rows; states are columns with ids of {@link
/// CellKind#id}. Every other column is absent, and means nothing here.
public interface StateSource extends RowSource {}
