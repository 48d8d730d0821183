package io.tyto.ingest.decode;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The cells of one CSV record, quotes removed. Reused from record to record.
final class CsvCells {
  private final CsvDialect dialect;
  private byte[] data = {};
  private int count;
  private int[] starts = new int[32];
  private int[] ends = new int[32];

  /// Whether a cell's bytes are in `unquoted` because it held doubled quotes.
  private boolean[] isCopied = new boolean[32];

  private byte[] unquoted = new byte[256];
  private int unquotedEnd;

  CsvCells(CsvDialect dialect) {
    this.dialect = dialect;
  }

  /// Splits the record `data[from, to)`, whose quotes pair up.
  void split(byte[] data, int from, int to) {
    this.data = data;
    count = 0;
    unquotedEnd = 0;
    int position = from;
    while (true) {
      boolean isQuoted = position < to && dialect.isQuote(data[position]);
      position = isQuoted ? quoted(position + 1, to) : plain(position, to);
      if (position >= to) {
        return;
      }
      position++; // the delimiter; if it is the last byte, an empty cell follows
    }
  }

  int count() {
    return count;
  }

  /// Bytes in which cell `i` stands at `[from(i), to(i))`.
  byte[] data(int i) {
    return isCopied[i] ? unquoted : data;
  }

  int from(int i) {
    return starts[i];
  }

  int to(int i) {
    return ends[i];
  }

  List<String> texts() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(new String(data(i), from(i), to(i) - from(i), StandardCharsets.UTF_8));
    }
    return texts;
  }

  private int plain(int from, int to) {
    int position = from;
    while (position < to && data[position] != dialect.delimiter()) {
      position++;
    }
    add(from, position, false);
    return position;
  }

  private int quoted(int from, int to) {
    int copiedFrom = unquotedEnd;
    int start = from;
    int position = from;
    while (position < to) {
      if (!dialect.isQuote(data[position])) {
        position++;
      } else if (position + 1 < to && dialect.isQuote(data[position + 1])) {
        copy(start, position + 1);
        position += 2;
        start = position;
      } else {
        break;
      }
    }
    if (unquotedEnd == copiedFrom) {
      add(from, position, false);
    } else {
      copy(start, position);
      add(copiedFrom, unquotedEnd, true);
    }
    return Math.min(position + 1, to);
  }

  private void copy(int from, int to) {
    int length = to - from;
    if (unquotedEnd + length > unquoted.length) {
      unquoted = Arrays.copyOf(unquoted, Math.max(2 * unquoted.length, unquotedEnd + length));
    }
    System.arraycopy(data, from, unquoted, unquotedEnd, length);
    unquotedEnd += length;
  }

  private void add(int from, int to, boolean copied) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      isCopied = Arrays.copyOf(isCopied, 2 * count);
    }
    starts[count] = from;
    ends[count] = to;
    isCopied[count] = copied;
    count++;
  }
}
