package io.tyto.ingest.decode;

import org.jspecify.annotations.Nullable;

/// One record a line (NDJSON). Lines of nothing but blanks are no records.
final class LineFramer extends Framer {

  LineFramer(InputBuffer input) {
    super(input);
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
