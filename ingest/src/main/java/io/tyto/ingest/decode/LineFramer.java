package io.tyto.ingest.decode;

import org.jspecify.annotations.Nullable;

/// One record a line (NDJSON). Lines of nothing but blanks are no records.
final class LineFramer extends Framer {

  LineFramer(InputBuffer input) {
    super(input);
  }

  /// Whole lines, about so many bytes of them; null where the next is too long, or there is none.
  @Nullable LineBlock nextBlock(int bytes, int mostRecords) {
    int length = input.loadLines(bytes, PATIENCE_NANOS);
    byte[] data = input.data();
    int start = input.position();
    int end = start + length;
    int usual = Lines.countUsual(data, start, end);
    if (usual > 0 && usual <= mostRecords) {
      return takeLines(length, usual, true);
    }
    int records = 0;
    int from = start;
    while (from < end && records < mostRecords) {
      int stop = Lines.end(data, from, end);
      if (stop - from > DecodeLimits.MAX_RECORD_BYTES) {
        break;
      }
      records += Lines.isBlank(data, from, stop) ? 0 : 1;
      from = stop + 1;
    }
    int taken = Math.min(from, end) - start;
    return taken == 0 ? null : takeLines(taken, records, true);
  }

  @Override
  @Nullable RawRecord next() {
    while (input.has(0)) {
      int length = lineLength(DecodeLimits.MAX_RECORD_BYTES + 1);
      if (length > DecodeLimits.MAX_RECORD_BYTES) {
        RawRecord fault = tooLarge();
        skipLine();
        return fault;
      }
      boolean hasBreak = length < input.available();
      int end = length;
      while (end > 0 && isBlank(input.at(end - 1))) {
        end--;
      }
      if (end > 0) {
        RawRecord record = take(end);
        input.advance(length - end + (hasBreak ? 1 : 0));
        return record;
      }
      input.advance(length + (hasBreak ? 1 : 0));
    }
    return null;
  }
}
