package io.tyto.engine.source;

/// What is kept of the rows of a group, or of their values of one column: in the cells of cubes and
/// in what nodes send each other. The numbers are durable: never changed, never reused.
public enum CellKind {
  /// How many rows the cell was made of.
  ROWS(0),
  /// How many of them have a value; absent where that is all of them.
  PRESENT(1),
  /// The sum: of longs its lowest 64 bits as they are signed, of doubles what is left after
  /// rounding.
  SUM(2),
  /// What the sum has beyond {@link #SUM}, in units of 2^64; absent where that is nothing. Of
  /// decimals of more than 18 digits the second word.
  HIGH(3),
  /// The third word of sums of decimals of more than 18 digits.
  TOP(4),
  /// What rounding took from a sum of doubles; absent where that is nothing.
  CORRECTION(5),
  /// The least value, null where there is none.
  LEAST(6),
  /// The greatest value, null where there is none.
  GREATEST(7),
  /// Ids of the distinct entities, ascending, as a list.
  ENTITIES(8),
  /// The distinct values, as a list; between nodes, where a state needs it, all values.
  VALUES(9),
  /// HyperLogLog of the values, null where there is none.
  SKETCH(10),
  /// Bins of a DDSketch of the values, null where there is none.
  BINS(11),
  /// The bytes in which a state writes itself, null where it is empty; between nodes only.
  STATE(12);

  /// Ids of columns of cells lie from here on, those of rows below.
  public static final int FIRST_ID = 1 << 24;

  private static final int KINDS = 16;

  private final int number;

  CellKind(int number) {
    this.number = number;
  }

  /// The id by which a {@link StateSource} knows the column that keeps this of a column of rows.
  ///
  /// @param columnId 0 for {@link #ROWS}
  public int id(int columnId) {
    return FIRST_ID + columnId * KINDS + number;
  }
}
