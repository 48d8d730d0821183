package io.tyto.ingest.decode;

/// Consecutive whole lines of an input; each is a record, or blank. The bytes belong to who took
/// them.
///
/// @param data of which `[from, to)` are the lines, with {@link #SLACK} more bytes behind them
/// @param number of the first record
/// @param records in the block
/// @param byteOffset of the block in the (uncompressed) input
/// @param areBlanksNothing blanks at the end belong to no record, and lines of blanks are none;
///   else only a carriage return
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record LineBlock(
    byte[] data,
    int from,
    int to,
    long number,
    int records,
    long byteOffset,
    boolean areBlanksNothing) {
  /// Bytes that may be read behind the lines, so that a parser need not look before it reads eight.
  public static final int SLACK = 64;

  /// Where the record of the line `[start, stop)` ends; `start` where it has none.
  public int endOfRecord(int start, int stop) {
    return areBlanksNothing
        ? Lines.withoutBlanks(data, start, stop)
        : Lines.withoutReturn(data, start, stop);
  }

  /// Number of the record behind the last.
  public long next() {
    return number + records;
  }
}
