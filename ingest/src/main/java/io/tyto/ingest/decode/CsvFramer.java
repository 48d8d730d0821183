package io.tyto.ingest.decode;

import io.tyto.ingest.decode.Rejection.Code;
import org.jspecify.annotations.Nullable;

/// Records of CSV or TSV: a line, or more where a quoted cell holds line breaks. Empty lines are no
/// records.
///
/// Where quotes do not pair up, the first line of the record is faulty and reading goes on with the
/// second, so one stray quote costs one line.
final class CsvFramer extends Framer {
  private static final int UNCLOSED = -1;
  private static final int TEXT_AFTER_QUOTE = -2;

  /// Beyond this much text read in vain after unclosed quotes, it is no longer read a second time:
  /// input made of such quotes would otherwise take quadratic time.
  private static final long MAX_REREAD_BYTES = 64L << 20;

  private final CsvDialect dialect;
  private long rereadBytes;

  /// The rest of the line belongs to what was returned last.
  private boolean isMidLine;

  CsvFramer(InputBuffer input, CsvDialect dialect) {
    super(input);
    this.dialect = dialect;
  }

  /// Lines that are a record each, about so many bytes of them; null where the next record may be
  /// more than its line, or not well formed.
  @Nullable LineBlock nextBlock(int bytes, int mostRecords) {
    if (isMidLine) {
      isMidLine = false;
      skipLine();
    }
    int length = input.loadLines(bytes, PATIENCE_NANOS);
    byte[] data = input.data();
    int start = input.position();
    int end = start + length;
    boolean hasQuotes = dialect.quote() != 0 && Lines.find(dialect.quote(), data, start, end) < end;
    int usual = hasQuotes ? -1 : Lines.countUsual(data, start, end);
    if (usual > 0 && usual <= mostRecords) {
      return takeLines(length, usual, false);
    }
    int records = 0;
    int from = start;
    while (from < end && records < mostRecords) {
      int stop = Lines.end(data, from, end);
      if (stop - from > DecodeLimits.MAX_RECORD_BYTES || !isOneRecord(data, from, stop)) {
        break;
      }
      records += Lines.withoutReturn(data, from, stop) > from ? 1 : 0;
      from = stop + 1;
    }
    int taken = Math.min(from, end) - start;
    return taken == 0 ? null : takeLines(taken, records, false);
  }

  /// Whether every quote that a line opens is closed on it, at the end of a cell.
  private boolean isOneRecord(byte[] data, int from, int to) {
    if (dialect.quote() == 0 || Lines.find(dialect.quote(), data, from, to) == to) {
      return true;
    }
    int end = Lines.withoutReturn(data, from, to);
    int at = from;
    while (at < end) {
      if (data[at] == dialect.quote()) {
        at++;
        while (at < end
            && (data[at] != dialect.quote() || at + 1 < end && data[at + 1] == dialect.quote())) {
          at += data[at] == dialect.quote() ? 2 : 1;
        }
        if (at >= end || at + 1 < end && data[at + 1] != dialect.delimiter()) {
          return false;
        }
        at += 2;
      } else {
        at = Lines.find(dialect.delimiter(), data, at, end) + 1;
      }
    }
    return true;
  }

  @Override
  @Nullable RawRecord next() {
    if (isMidLine) {
      isMidLine = false;
      skipLine();
    }
    while (input.has(0)) {
      int line = lineLength(DecodeLimits.MAX_RECORD_BYTES + 1);
      if (line > DecodeLimits.MAX_RECORD_BYTES) {
        isMidLine = true;
        return tooLarge();
      }
      if (withoutReturn(line) > 0) {
        boolean isOneLine = dialect.quote() == 0 || input.find(dialect.quote(), 0, line) < 0;
        int length = isOneLine ? line : quotedLength();
        return length >= 0 ? record(length) : unpaired(length, line);
      }
      input.advance(line + breakLength(line));
    }
    return null;
  }

  private RawRecord record(int length) {
    // Asked first: loading after the record is taken would move its bytes.
    int lineBreak = breakLength(length);
    int end = withoutReturn(length);
    RawRecord record = take(end);
    input.advance(length - end + lineBreak);
    return record;
  }

  private RawRecord unpaired(int reason, int line) {
    if (reason == TEXT_AFTER_QUOTE) {
      isMidLine = true;
      return fault(
          withoutReturn(line),
          Code.MALFORMED_CSV,
          "text stands between a closing quote and the next delimiter");
    }
    int scanned = Math.min(input.available(), DecodeLimits.MAX_RECORD_BYTES);
    rereadBytes += scanned - line;
    isMidLine = true;
    return fault(
        rereadBytes > MAX_REREAD_BYTES ? scanned : withoutReturn(line),
        Code.MALFORMED_CSV,
        "a quote is opened and never closed");
  }

  /// A line's length without the carriage return before its break.
  private int withoutReturn(int length) {
    return length > 0 && input.at(length - 1) == '\r' ? length - 1 : length;
  }

  private int breakLength(int line) {
    return input.has(line) ? 1 : 0;
  }

  /// Length of the record at the current position, line breaks within quotes included.
  private int quotedLength() {
    boolean isCellStart = true;
    int place = 0;
    while (place <= DecodeLimits.MAX_RECORD_BYTES && input.has(place)) {
      byte c = input.at(place);
      if (c == '\n') {
        return place;
      }
      if (isCellStart && dialect.isQuote(c)) {
        place = closingQuote(place + 1);
        if (place < 0) {
          return UNCLOSED;
        }
        if (!isCellEnd(place + 1)) {
          return TEXT_AFTER_QUOTE;
        }
        isCellStart = false;
      } else {
        isCellStart = c == dialect.delimiter();
      }
      place++;
    }
    return place > DecodeLimits.MAX_RECORD_BYTES ? UNCLOSED : place;
  }

  private int closingQuote(int from) {
    int place = from;
    while (true) {
      place = input.find(dialect.quote(), place, DecodeLimits.MAX_RECORD_BYTES);
      if (place < 0 || !input.has(place + 1) || !dialect.isQuote(input.at(place + 1))) {
        return place;
      }
      place += 2;
    }
  }

  private boolean isCellEnd(int place) {
    if (!input.has(place)) {
      return true;
    }
    byte c = input.at(place);
    return c == dialect.delimiter()
        || c == '\n'
        || c == '\r' && (!input.has(place + 1) || input.at(place + 1) == '\n');
  }
}
