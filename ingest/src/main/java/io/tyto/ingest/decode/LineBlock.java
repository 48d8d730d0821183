package io.tyto.ingest.decode;

/// Consecutive whole lines of an input; each is a record, or blank. The bytes belong to who took
/// them.
///
/// @param data of which `[from, to)` are the lines, with {@link #SLACK} more bytes behind them
/// @param number of the first record
/// @param records in the block
/// @param byteOffset of the block in the (uncompressed) input
@SuppressWarnings("ArrayRecordComponent") // carried, never compared
public record LineBlock(byte[] data, int from, int to, long number, int records, long byteOffset) {
  /// Bytes that may be read behind the lines, so that a parser need not look before it reads eight.
  public static final int SLACK = 64;

  /// Number of the record behind the last.
  public long next() {
    return number + records;
  }
}
