package io.tyto.ingest.decode;

import io.tyto.ingest.decode.Rejection.Code;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Moves through one JSON text, strictly by RFC 8259, without building anything: a token is a range
/// of the bytes. The text is known to be valid UTF-8.
///
/// A parser of our own, because columns want exactly what general ones hide: the bytes of a number,
/// the whole text of an object, strings that are UTF-8 before and after. `JsonScannerTest` compares
/// it with Jackson on random and damaged texts.
///
/// Thread-safety: none. Reused from record to record.
final class JsonScanner {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = ONES << 7;
  private static final long QUOTES = ONES * '"';
  private static final long BACKSLASHES = ONES * '\\';
  private static final long SPACES = ONES * ' ';

  private final KeySet keys = new KeySet();
  private byte[] data = {};
  private int start;
  private int end;
  private int position;
  private long objects;

  private int tokenFrom;
  private int tokenTo;
  private boolean isEscaped;

  /// Holds the last string that had escapes.
  private byte[] unescaped = new byte[256];

  void reset(byte[] data, int from, int to) {
    this.data = data;
    start = from;
    end = to;
    position = from;
    keys.clear();
  }

  byte[] data() {
    return data;
  }

  int position() {
    return position;
  }

  /// Goes back to where a value began, to read it once more.
  void rewind(int position) {
    this.position = position;
  }

  /// First byte, unsigned, of what comes next after white space, or -1 at the end.
  int peek() {
    while (position < end) {
      int c = data[position] & 0xFF;
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return c;
      }
      position++;
    }
    return -1;
  }

  /// Goes past `c` if it comes next.
  boolean take(char c) {
    if (peek() == c) {
      position++;
      return true;
    }
    return false;
  }

  void expect(char c) throws RejectException {
    if (!take(c)) {
      throw malformed("'" + c + "'");
    }
  }

  void expectEnd() throws RejectException {
    if (peek() >= 0) {
      throw malformed("the end");
    }
  }

  /// Goes into an object or array.
  ///
  /// @param depth of the value, 1 for the outermost
  void enter(char bracket, int depth) throws RejectException {
    if (depth > DecodeLimits.MAX_DEPTH) {
      throw RejectException.of(
          Code.TOO_DEEP, "nested more than " + DecodeLimits.MAX_DEPTH + " levels deep");
    }
    expect(bracket);
  }

  /// A number for the object just entered, never the same twice in the scanner's life.
  long nextObject() {
    return ++objects;
  }

  /// Reads a key and its colon; the token is the key, without escapes.
  void key() throws RejectException {
    string();
    expect(':');
  }

  /// Notes the key just read, which no column asks for.
  void noteKey(long object) throws RejectException {
    if (!keys.add(object, tokenData(), tokenFrom, tokenTo)) {
      throw duplicate();
    }
  }

  RejectException duplicate() {
    return RejectException.of(
        Code.DUPLICATE_KEY,
        "the key "
            + Excerpt.quoted(tokenData(), tokenFrom, tokenTo)
            + " stands twice in one object");
  }

  /// Where the last token's bytes are: the text itself, or a copy without escapes.
  byte[] tokenData() {
    return isEscaped ? unescaped : data;
  }

  int tokenFrom() {
    return tokenFrom;
  }

  int tokenTo() {
    return tokenTo;
  }

  /// Reads a string; the token is its content.
  void string() throws RejectException {
    expect('"');
    int from = position;
    int stop = endOfPlain(from);
    isEscaped = false;
    if (stop < end && data[stop] == '"') {
      tokenFrom = from;
      tokenTo = stop;
      position = stop + 1;
    } else {
      unescape(from, stop);
    }
  }

  /// Reads a number; the token is its text.
  void number() throws RejectException {
    int from = position;
    int i = from;
    if (i < end && data[i] == '-') {
      i++;
    }
    if (i < end && data[i] == '0') {
      i++;
    } else {
      i = digits(i);
    }
    if (i < end && data[i] == '.') {
      i = digits(i + 1);
    }
    if (i < end && (data[i] == 'e' || data[i] == 'E')) {
      i++;
      if (i < end && (data[i] == '+' || data[i] == '-')) {
        i++;
      }
      i = digits(i);
    }
    isEscaped = false;
    tokenFrom = from;
    tokenTo = i;
    position = i;
  }

  /// Reads a word; the token is the word.
  void word(String word) throws RejectException {
    isEscaped = false;
    tokenFrom = position;
    literal(word);
    tokenTo = position;
  }

  void literal(String word) throws RejectException {
    for (int i = 0; i < word.length(); i++) {
      if (position + i >= end || data[position + i] != word.charAt(i)) {
        throw malformed("a value");
      }
    }
    position += word.length();
  }

  /// Goes past a value, which is checked as strictly as one that is wanted.
  void skip(int depth) throws RejectException {
    switch (peek()) {
      case '{' -> skipObject(depth);
      case '[' -> skipArray(depth);
      case '"' -> skipString();
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    }
  }

  private void skipObject(int depth) throws RejectException {
    enter('{', depth);
    if (take('}')) {
      return;
    }
    long object = nextObject();
    do {
      peek();
      key();
      noteKey(object);
      skip(depth + 1);
    } while (take(','));
    expect('}');
  }

  private void skipArray(int depth) throws RejectException {
    enter('[', depth);
    if (take(']')) {
      return;
    }
    do {
      skip(depth + 1);
    } while (take(','));
    expect(']');
  }

  /// As {@link #string}, but half a surrogate pair does no harm where the string is not kept.
  private void skipString() throws RejectException {
    expect('"');
    int i = endOfPlain(position);
    while (i < end && data[i] == '\\') {
      position = i;
      escapeLength();
      i = endOfPlain(position);
    }
    position = i;
    expectQuote();
  }

  private void expectQuote() throws RejectException {
    if (position >= end || data[position] != '"') {
      throw malformed(position < end ? "an escape for a control character" : "a closing quote");
    }
    position++;
  }

  private int digits(int from) throws RejectException {
    int i = from;
    while (i < end && data[i] >= '0' && data[i] <= '9') {
      i++;
    }
    if (i == from) {
      position = i;
      throw malformed(i == start || !isNumberPart(data[i - 1]) ? "a value" : "a digit");
    }
    return i;
  }

  private static boolean isNumberPart(byte c) {
    return c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }

  /// First position from here of a quote, a backslash or a control character.
  private int endOfPlain(int from) {
    int i = from;
    for (; i <= end - Long.BYTES; i += Long.BYTES) {
      long word = (long) LONG.get(data, i);
      long quotes = word ^ QUOTES;
      long backslashes = word ^ BACKSLASHES;
      // A borrow may mark bytes above the first hit, never below it.
      long hits =
          (quotes - ONES & ~quotes | backslashes - ONES & ~backslashes | word - SPACES & ~word)
              & HIGH_BITS;
      if (hits != 0) {
        return i + (Long.numberOfTrailingZeros(hits) >>> 3);
      }
    }
    while (i < end && data[i] != '"' && data[i] != '\\' && (data[i] & 0xFF) >= ' ') {
      i++;
    }
    return i;
  }

  /// Reads the rest of a string whose plain start is `[from, stop)` into a buffer.
  private void unescape(int from, int stop) throws RejectException {
    int length = append(0, from, stop);
    position = stop;
    while (position < end && data[position] == '\\') {
      length = appendEscape(length);
      int next = endOfPlain(position);
      length = append(length, position, next);
      position = next;
    }
    expectQuote();
    isEscaped = true;
    tokenFrom = 0;
    tokenTo = length;
  }

  private int append(int length, int from, int to) {
    int needed = length + to - from;
    if (needed + 4 > unescaped.length) {
      unescaped = Arrays.copyOf(unescaped, Math.max(2 * unescaped.length, needed + 4));
    }
    System.arraycopy(data, from, unescaped, length, to - from);
    return needed;
  }

  private int appendEscape(int length) throws RejectException {
    int at = position;
    int size = escapeLength();
    if (size == 2) {
      unescaped[length] =
          switch (data[at + 1]) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> data[at + 1];
          };
      return length + 1;
    }
    return appendCodePoint(length, codePoint(at));
  }

  /// The code point of the `\\uXXXX` at `at`, which position has passed; takes the other half of a
  /// pair.
  private int codePoint(int at) throws RejectException {
    int first = hex(at + 2);
    if (first < Character.MIN_SURROGATE || first > Character.MAX_SURROGATE) {
      return first;
    }
    int second =
        position + 1 < end && data[position] == '\\' && data[position + 1] == 'u' ? position : -1;
    if (Character.isHighSurrogate((char) first) && second >= 0) {
      escapeLength();
      char low = (char) hex(second + 2);
      if (Character.isLowSurrogate(low)) {
        return Character.toCodePoint((char) first, low);
      }
    }
    throw RejectException.of(
        Code.INVALID_UTF8,
        "the string at byte %d has the escape %s, half of a surrogate pair"
            .formatted(at - start, Excerpt.of(data, at, at + 6)));
  }

  private int hex(int at) {
    int value = 0;
    for (int i = at; i < at + 4; i++) {
      value = value << 4 | Character.digit(data[i], 16);
    }
    return value;
  }

  /// Bytes of the escape at `position`, which moves past it.
  private int escapeLength() throws RejectException {
    int size = position + 1 < end ? sizeOfEscape(data[position + 1]) : 0;
    if (size == 0 || position + size > end) {
      throw malformed("an escape");
    }
    for (int i = position + 2; i < position + size; i++) {
      if (data[i] < 0 || Character.digit(data[i], 16) < 0) {
        throw malformed("four hexadecimal digits");
      }
    }
    position += size;
    return size;
  }

  private static int sizeOfEscape(byte c) {
    return switch (c) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> 2;
      case 'u' -> 6;
      default -> 0;
    };
  }

  private int appendCodePoint(int length, int c) {
    int i = length;
    if (c < 0x80) {
      unescaped[i++] = (byte) c;
    } else if (c < 0x800) {
      unescaped[i++] = (byte) (0xC0 | c >> 6);
      unescaped[i++] = (byte) (0x80 | c & 0x3F);
    } else if (c < 0x10000) {
      unescaped[i++] = (byte) (0xE0 | c >> 12);
      unescaped[i++] = (byte) (0x80 | c >> 6 & 0x3F);
      unescaped[i++] = (byte) (0x80 | c & 0x3F);
    } else {
      unescaped[i++] = (byte) (0xF0 | c >> 18);
      unescaped[i++] = (byte) (0x80 | c >> 12 & 0x3F);
      unescaped[i++] = (byte) (0x80 | c >> 6 & 0x3F);
      unescaped[i++] = (byte) (0x80 | c & 0x3F);
    }
    return i;
  }

  RejectException malformed(String expected) {
    String found =
        position < end ? Excerpt.quoted(data, position, Math.min(end, position + 20)) : "the end";
    return RejectException.of(
        Code.MALFORMED_JSON,
        "not JSON at byte %d: found %s, expected %s".formatted(position - start, found, expected));
  }
}
