package io.tyto.engine.segment;

/// What a block is. Numbers are durable: never changed, never reused; readers skip those they do
/// not know.
enum BlockKind {
  /// The list of all blocks; found through the trailer.
  DIRECTORY(1),
  /// {@link SegmentInfo}.
  INFO(2),
  /// {@link ColumnDescriptor} of the column with the block's id.
  COLUMN(3),
  /// Values of one block of rows of a column; of a list column its elements.
  VALUES(4),
  /// Which of {@link #VALUES} are null, where any is: of a list column its elements.
  VALUE_NULLS(5),
  /// Which rows of a list column are null, where any is.
  LIST_NULLS(6),
  /// Where each row's elements begin, and the end of the last: rows + 1 integers.
  LIST_OFFSETS(7),
  /// The ascending distinct values of a dictionary-coded column.
  DICTIONARY(8),
  /// Rows by ordinal.
  INVERTED_INDEX(9),
  /// Ids of entities, ascending.
  ENTITY_IDS(10),
  /// Keys of the entities of the {@link #ENTITY_IDS} block of the same number.
  ENTITY_KEYS(11),
  /// Which of {@link #ENTITY_KEYS} are erased, where any is.
  ENTITY_KEY_NULLS(12),
  /// Which batches of rows may hold a value, for 64 batches of a column.
  BATCH_SETS(13),
  /// {@link CellDescriptor} of cells whose columns are other blocks of the same file.
  CELLS(14),
  /// What the states of {@link #ENTITY_STATES} are made of: {@link
  /// io.tyto.engine.state.StateLayout}.
  STATE_LAYOUT(20),
  /// States of the entities of the {@link #ENTITY_IDS} block of the same number.
  ENTITY_STATES(21);

  private final int id;

  BlockKind(int id) {
    this.id = id;
  }

  int id() {
    return id;
  }
}
