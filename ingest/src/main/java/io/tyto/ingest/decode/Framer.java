package io.tyto.ingest.decode;

import io.tyto.ingest.decode.Rejection.Code;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Finds where each record of an input begins and ends.
abstract sealed class Framer permits LineFramer, JsonFramer, CsvFramer {
  /// An input that comes slowly is taken in smaller pieces.
  static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /// How much is kept of a record that is too large.
  private static final int HEAD_BYTES = 1024;

  final InputBuffer input;
  private long records;

  Framer(InputBuffer input) {
    this.input = input;
  }

  /// The next record, or null at the end.
  abstract @Nullable RawRecord next();

  /// The next record has the number 0: what came before was a header.
  final void restartNumbers() {
    records = 0;
  }

  /// The record of `length` bytes at the current position, which goes past it.
  final RawRecord take(int length) {
    return take(length, null);
  }

  final RawRecord fault(int length, Code code, String message) {
    return take(length, new Rejection(code, null, message));
  }

  private RawRecord take(int length, @Nullable Rejection fault) {
    int from = input.position();
    RawRecord record =
        new RawRecord(records++, input.offset(), input.data(), from, from + length, fault);
    input.advance(length);
    return record;
  }

  /// The lines of the next `length` bytes, in which this many records stand.
  final LineBlock takeLines(int length, int count, boolean areBlanksNothing) {
    int from = input.position();
    long offset = input.offset();
    byte[] data = input.data();
    if (length < data.length / 4) {
      // The rest, which would have to be copied otherwise, is much more.
      data = Arrays.copyOfRange(data, from, from + length + LineBlock.SLACK);
      from = 0;
      input.advance(length);
    } else {
      input.giveAway(length);
    }
    // What a parser meets at the latest, if the last line has no break.
    data[from + length] = '\n';
    LineBlock block =
        new LineBlock(data, from, from + length, records, count, offset, areBlanksNothing);
    records += count;
    return block;
  }

  /// Of a record too large to be loaded, what its fault shows; the caller then skips it.
  final RawRecord tooLarge() {
    byte[] head = new byte[Math.min(HEAD_BYTES, input.available())];
    System.arraycopy(input.data(), input.position(), head, 0, head.length);
    Rejection fault =
        new Rejection(
            Code.TOO_LARGE,
            null,
            "found a record of more than %d bytes, of which this is the beginning"
                .formatted(DecodeLimits.MAX_RECORD_BYTES));
    return new RawRecord(records++, input.offset(), head, 0, head.length, fault);
  }

  /// Bytes to the end of the line, its break not included, at most `max`.
  final int lineLength(int max) {
    int end = input.find((byte) '\n', 0, max);
    return end >= 0 ? end : Math.min(input.available(), max);
  }

  /// Goes past the rest of the line and its break, however long it is.
  final void skipLine() {
    while (input.has(0)) {
      int end = input.find((byte) '\n', 0, input.available());
      if (end >= 0) {
        input.advance(end + 1);
        return;
      }
      input.advance(input.available());
    }
  }

  static boolean isBlank(byte c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }
}
