package io.tyto.ingest.decode;

import io.tyto.ingest.decode.Rejection.Code;
import org.jspecify.annotations.Nullable;

/// The elements of one JSON array, or JSON values one after another, over lines as they like.
///
/// A record's extent comes from brackets and quotes alone; the decoder then checks it strictly.
/// Where the extent cannot be found (a line break within a string, the end within a record, no
/// comma between two), that is one faulty record, and reading goes on with the next line that
/// begins with an object and is indented no deeper than the faulty one, so that no part of it
/// passes for a record.
final class JsonFramer extends Framer {
  private static final int TOO_LONG = -1;
  private static final int BROKEN = -2;
  private static final int UNFINISHED = -3;

  /// Deeper than any record may be, so that its decoder can say so; bounds how often the same bytes
  /// are looked at where nothing is ever closed.
  private static final int MAX_EXTENT_DEPTH = 8 * DecodeLimits.MAX_DEPTH;

  private final boolean isArray;
  private boolean isFirst = true;
  private boolean isClosed;

  /// The last record was faulty: look for a line to go on with.
  private boolean isResuming;

  /// Blanks before the current position on its line, or -1 where something else stands before it.
  private int indent;

  /// Of the last record, 0 where it did not begin its line.
  private int recordIndent;

  JsonFramer(InputBuffer input, boolean isArray) {
    super(input);
    this.isArray = isArray;
    if (isArray) {
      skipBlanks();
      pass();
    }
  }

  @Override
  @Nullable RawRecord next() {
    boolean hasNext = isResuming ? resume() : skipBlanks();
    if (isClosed) {
      return hasNext ? brokenLine("text after the end of the array") : null;
    }
    if (!isArray) {
      return hasNext ? value() : null;
    }
    boolean hasComma = hasNext && !isFirst && input.at(0) == ',';
    if (hasComma) {
      pass();
      hasNext = skipBlanks();
    }
    if (!hasNext) {
      isClosed = true;
      // Where the last record was faulty, it may have taken the bracket with it.
      return isResuming ? null : fault(0, Code.MALFORMED_JSON, "the array is not closed by ]");
    }
    if (input.at(0) == ']' && !hasComma) {
      pass();
      isClosed = true;
      return next();
    }
    if (!isFirst && !hasComma && !isResuming) {
      return brokenLine("no comma between two elements of the array");
    }
    return value();
  }

  private RawRecord value() {
    isFirst = false;
    isResuming = false;
    recordIndent = Math.max(indent, 0);
    int length = extent();
    return switch (length) {
      case TOO_LONG -> {
        RawRecord fault = tooLarge();
        isResuming = !skipValue();
        yield fault;
      }
      case BROKEN -> brokenLine("not JSON: no record could be made out here");
      case UNFINISHED -> brokenLine("the input ends within this record");
      default -> {
        indent = -1;
        yield take(length);
      }
    };
  }

  private RawRecord brokenLine(String message) {
    RawRecord fault =
        fault(lineLength(DecodeLimits.MAX_RECORD_BYTES), Code.MALFORMED_JSON, message);
    isResuming = true;
    indent = -1;
    return fault;
  }

  /// Goes to the next line on which a record, or the end of the array, can begin.
  private boolean resume() {
    while (skipBlanks()) {
      byte c = input.at(0);
      boolean isBeginning = c == '{' || isArray && (c == ',' || c == ']');
      if (isBeginning && indent >= 0 && indent <= recordIndent) {
        return true;
      }
      skipLine();
      indent = 0;
    }
    return false;
  }

  /// Goes past one byte.
  private void pass() {
    byte c = input.at(0);
    indent = c == '\n' ? 0 : indent >= 0 && isBlank(c) ? indent + 1 : -1;
    input.advance(1);
  }

  private boolean skipBlanks() {
    while (input.has(0)) {
      if (!isBlank(input.at(0))) {
        return true;
      }
      pass();
    }
    return false;
  }

  /// Bytes of the value at the current position, or one of the negative codes.
  private int extent() {
    Extent extent = new Extent();
    for (int place = 0; place <= DecodeLimits.MAX_RECORD_BYTES; place++) {
      if (!input.has(place)) {
        return extent.isPlain() && place > 0 ? place : UNFINISHED;
      }
      switch (extent.next(input.at(place))) {
        case WITHIN -> {}
        case LAST -> {
          return place + 1;
        }
        case AFTER -> {
          return place > 0 ? place : BROKEN;
        }
        case BROKEN -> {
          return BROKEN;
        }
      }
    }
    return TOO_LONG;
  }

  /// Goes past a value without keeping it; false where its end could not be found.
  private boolean skipValue() {
    Extent extent = new Extent();
    boolean isStart = true;
    while (input.has(0)) {
      if (!isStart && indent >= 0 && indent <= recordIndent && input.at(0) == '{') {
        return false;
      }
      isStart = false;
      switch (extent.next(input.at(0))) {
        case WITHIN -> pass();
        case LAST -> {
          pass();
          return true;
        }
        case AFTER -> {
          return true;
        }
        case BROKEN -> {
          return false;
        }
      }
    }
    return false;
  }

  /// Follows one value byte by byte.
  private static final class Extent {
    enum Step {
      WITHIN,
      LAST,
      AFTER,
      BROKEN
    }

    private int depth;
    private boolean isString;
    private boolean isEscape;
    private boolean isStarted;

    /// Neither in brackets nor in quotes: a number or a word, which the end of the input ends.
    boolean isPlain() {
      return depth == 0 && !isString;
    }

    Step next(byte c) {
      if (isString) {
        return string(c);
      }
      switch (c) {
        case '"' -> {
          if (isStarted && depth == 0) {
            return Step.AFTER;
          }
          isString = true;
        }
        case '{', '[' -> {
          if (isStarted && depth == 0) {
            return Step.AFTER;
          }
          depth++;
          if (depth > MAX_EXTENT_DEPTH) {
            return Step.BROKEN;
          }
        }
        case '}', ']' -> {
          if (depth == 0) {
            return Step.AFTER;
          }
          depth--;
          return depth == 0 ? Step.LAST : Step.WITHIN;
        }
        case ',', ' ', '\t', '\r', '\n' -> {
          if (depth == 0) {
            return Step.AFTER;
          }
        }
        default -> {}
      }
      isStarted = true;
      return Step.WITHIN;
    }

    private Step string(byte c) {
      if (c == '\n') {
        return Step.BROKEN;
      }
      if (isEscape) {
        isEscape = false;
      } else if (c == '\\') {
        isEscape = true;
      } else if (c == '"') {
        isString = false;
        return depth == 0 ? Step.LAST : Step.WITHIN;
      }
      return Step.WITHIN;
    }
  }
}
